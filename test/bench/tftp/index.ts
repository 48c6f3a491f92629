/** TFTP: boards that fetch a kernel, all at once and alone, from pirack and from others. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Interfaces } from '../../../src/net/interfaces.ts';
import type { SlotPlan } from '../../../src/rack/plan.ts';
import { ipv4ToNumber } from '../../../src/wire/address.ts';
import type { TftpOptions } from '../../../src/wire/tftp/index.ts';
import type { Bench, Comparison, Measured, Sample, Units } from '../bench.ts';
import { BOARDS_NETNS, boardInterface, makeLegs } from '../support/legs.ts';
import { type ServerCommand, startServer } from '../support/server.ts';
import { TftpLoad } from './load.ts';
import { serialOf } from './serials.ts';
import { atftpd, type Directories, dnsmasq, pirack, tftpdHpa } from './servers.ts';

/** A kernel of Debian's or of Raspberry Pi OS; not a whole number of blocks. */
const KERNEL_BYTES = 8_400_001;
const KERNEL = 'kernel8.img';
/**
 * Not measured: requests are answered, files are read, code is compiled. A server runs for months, so this is by the work
 * done as well as by the time: a busy machine gets through less of it.
 */
const WARM_UP = 1000;
const WARM_UP_BLOCKS = 30_000;
const WARM_UP_LIMIT = 20_000;
const MEASURED = 3000;

const UNITS: Units = { rate: 'MB/s', cpu: 's/GB', workPerRate: 1e6, workPerCpu: 1e9 };

export const tftpBench: Bench = {
  async prepare(context): Promise<readonly Comparison[]> {
    const { plan, directory } = context;
    await makeLegs(plan.slots, { addressed: true });
    const content = randomBytes(KERNEL_BYTES);
    const directories = layOut(directory, plan.slots, content);
    const interfaces = new Interfaces({ netns: BOARDS_NETNS });
    const boards = plan.slots.map((slot) => ({
      ifindex: interfaces.index(boardInterface(slot)) as number,
      address: ipv4ToNumber(slot.ipv4.board),
      server: ipv4ToNumber(slot.ipv4.controller),
      name: `${serialOf(slot.slot)}/${KERNEL}`,
    }));
    const measured = (command: () => ServerCommand, count: number, asked: TftpOptions): Measured => ({
      sample: () =>
        sample(command(), () => new TftpLoad({ netns: BOARDS_NETNS, boards: boards.slice(0, count), content, asked })),
    });
    // A database of its own for every start: what was stored before is not to be read in again.
    const ours = () => pirack({ ...directories, state: mkdtempSync(join(directory, 'state-')) });
    const row = (bench: string, count: number, asked: TftpOptions, peers: readonly ServerCommand[]): Comparison[] => {
      const mine = measured(ours, count, asked);
      return peers.map((peer) => ({
        bench,
        peer: peer.name,
        units: UNITS,
        ours: mine,
        theirs: measured(() => peer, count, asked),
      }));
    };
    const all = boards.length;
    const others = { dnsmasq: dnsmasq(context, directories), hpa: tftpdHpa(context, directories) };
    return [
      ...row('tftp-1468', all, { tsize: 0, blksize: 1468 }, [others.dnsmasq]),
      ...row('tftp-512', all, { tsize: 0 }, [others.dnsmasq]),
      ...row('tftp-window16', all, { tsize: 0, blksize: 1468, windowsize: 16 }, [atftpd(context, directories)]),
      ...row('tftp-lone', 1, { tsize: 0, blksize: 1468 }, [others.dnsmasq, others.hpa]),
    ];
  },
};

function layOut(directory: string, slots: readonly SlotPlan[], content: Buffer): Directories {
  const root = join(directory, 'root');
  // Below the root: atftpd follows no link that leads out of it.
  const boot = join(root, 'boot');
  mkdirSync(boot, { recursive: true });
  writeFileSync(join(boot, KERNEL), content);
  for (const { slot } of slots) symlinkSync('boot', join(root, serialOf(slot)));
  return { boot, root, state: directory };
}

async function sample(command: ServerCommand, makeLoad: () => TftpLoad): Promise<Sample> {
  const server = await startServer(command);
  const load = makeLoad();
  load.start();
  await warmUp(load);
  const look = () => ({ cpu: server.cpuSeconds(), own: ownCpuSeconds(), at: performance.now(), ...load.totals() });
  const before = look();
  await pause(MEASURED);
  const after = look();
  load.stop();
  await server.stop();
  const work = after.bytes - before.bytes;
  return {
    work,
    seconds: (after.at - before.at) / 1000,
    cpuSeconds: after.cpu - before.cpu,
    // What the load generator costs: where it is far above the server's, the rate says more of it than of the server.
    extra: { resent: after.resent - before.resent, 'load s/GB': (after.own - before.own) / (work / UNITS.workPerCpu) },
  };
}

async function warmUp(load: TftpLoad): Promise<void> {
  await pause(WARM_UP);
  const limit = performance.now() + WARM_UP_LIMIT;
  while (load.totals().blocks < WARM_UP_BLOCKS && performance.now() < limit) await pause(50);
}

function ownCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
