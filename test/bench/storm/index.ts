/** A cold rack: 108 boards get power at once, beside dnsmasq; and some of them while one of their neighbours floods. */
import { TABLE } from '../../../src/net/firewall/rules.ts';
import { run } from '../../../src/net/run.ts';
import type { SlotPlan } from '../../../src/rack/plan.ts';
import type { Bench, BenchContext, Comparison, Measured, Sample, Units } from '../bench.ts';
import { makeLegs } from '../support/legs.ts';
import { type ServerCommand, startServer } from '../support/server.ts';
import { type Storm, storm } from './boards.ts';
import { type BootDirectories, layOut } from './boot-files.ts';
import { buildWall, flood } from './flood.ts';
import { dnsmasq, pirack } from './servers.ts';

const UNITS: Units = { rate: 'boards/s', cpu: 's/board', workPerRate: 1, workPerCpu: 1 };
/** The last slot is the hostile one; a dozen others boot beside it, a third of each model. */
const BESIDE = [1, 2, 3, 4, 13, 14, 15, 16, 25, 26, 27, 28];
const HOSTILE = 108;

export const stormBench: Bench = {
  async prepare(context): Promise<readonly Comparison[]> {
    const { plan } = context;
    await makeLegs(plan.slots, { addressed: false });
    await buildWall();
    const directories = layOut(context.directory, plan.slots);
    const ours = () => pirack(context, directories);
    const beside = plan.slots.filter(({ slot }) => BESIDE.includes(slot));
    const warmUp = beside.slice(-1);
    const flooded = underFlood(context, directories, beside, 'leg');
    return [
      {
        bench: 'boot-storm',
        peer: 'dnsmasq',
        units: UNITS,
        ours: { sample: () => sample(ours(), warmUp, () => storm(plan.slots)) },
        theirs: {
          sample: async () => {
            await withoutFirewall();
            return await sample(dnsmasq(context, directories), warmUp, () => storm(plan.slots));
          },
        },
      },
      // The same work of sending in both: what is compared is what the flood does to the controller.
      {
        bench: 'boot-storm-flood',
        peer: 'flood elsewhere',
        units: UNITS,
        ours: flooded,
        theirs: underFlood(context, directories, beside, 'wall'),
      },
      {
        bench: 'boot-storm-flood',
        peer: 'no flood',
        units: UNITS,
        ours: flooded,
        theirs: { sample: () => sample(ours(), warmUp, () => storm(beside), medianOf) },
      },
    ];
  },
};

/** pirack's rules outlive it, and let in no ports but its own. */
async function withoutFirewall(): Promise<void> {
  const input = ['inet', 'arp'].map((family) => `table ${family} ${TABLE}\ndelete table ${family} ${TABLE}\n`).join('');
  await run('nft', ['-f', '-'], { input });
}

/** A storm counts until its last board; boards beside a flood by the one in the middle. */
const wallOf = ({ wall, boards }: Storm) => ({ work: boards, seconds: wall });
const medianOf = ({ median }: Storm) => ({ work: 1, seconds: median });

async function sample(
  command: ServerCommand,
  warmUp: readonly SlotPlan[],
  load: () => Promise<Storm>,
  count: (storm: Storm) => { work: number; seconds: number } = wallOf,
  extra: Readonly<Record<string, number>> = {},
): Promise<Sample> {
  const server = await startServer(command);
  try {
    // Not measured: code gets warm, files are read. A boot ROM waits one second and no longer.
    await storm(warmUp);
    const before = server.cpuSeconds();
    const result = await load();
    const cpuSeconds = server.cpuSeconds() - before;
    const { median, slowest, blocksTwice } = result;
    return {
      ...count(result),
      cpuSeconds,
      extra: { median, slowest, 'slowest/median': slowest / median, blocksTwice, ...extra },
    };
  } finally {
    await server.stop();
  }
}

function underFlood(
  context: BenchContext,
  directories: BootDirectories,
  slots: readonly SlotPlan[],
  target: 'leg' | 'wall',
): Measured {
  const hostile = context.plan.slots.find(({ slot }) => slot === HOSTILE) as SlotPlan;
  return {
    async sample() {
      const extra: Record<string, number> = {};
      const beside = async () => {
        const sender = await flood(hostile, target);
        const result = await storm(slots);
        extra['frames/s'] = await sender.stop();
        return result;
      };
      return await sample(pirack(context, directories), slots.slice(-1), beside, medianOf, extra);
    },
  };
}
