/**
 * The rack's legs as in production, one interface a slot in the controller's namespace, which is the bundle's own. The
 * boards' ends are all in one other namespace, so that one process can be all boards and costs the machine little.
 */
import { run } from '../../../src/net/run.ts';
import type { SlotPlan } from '../../../src/rack/plan.ts';
import { BenchFailed } from '../bench.ts';

export const BOARDS_NETNS = '/run/netns/boards';

/** Name of a board's interface. */
export const boardInterface = ({ slot }: Pick<SlotPlan, 'slot'>) => `board${slot}`;

/** `addressed`: whether the boards' ends have their addresses already; without, they are as DHCP finds them. */
export async function makeLegs(slots: readonly SlotPlan[], { addressed }: { addressed: boolean }): Promise<void> {
  await run('ip', ['netns', 'add', 'boards']);
  // IPv6 comes up without waiting for doubles.
  await run('ip', ['netns', 'exec', 'boards', 'sh', '-ec', NO_DAD]);
  await run('sh', ['-ec', NO_DAD]);
  await batch(
    [],
    slots.map((slot) => `link add ${slot.leg} type veth peer name ${boardInterface(slot)} netns boards`),
  );
  await batch(
    [],
    slots.flatMap(({ leg, ipv4 }) => [`addr add ${ipv4.controller}/30 dev ${leg}`, `link set ${leg} up`]),
  );
  await batch(
    ['-n', 'boards'],
    slots.flatMap((slot) => {
      const name = boardInterface(slot);
      return [...(addressed ? [`addr add ${slot.ipv4.board}/30 dev ${name}`] : []), `link set ${name} up`];
    }),
  );
  await carriers(slots);
}

const NO_DAD = 'for c in all default; do echo 0 > /proc/sys/net/ipv6/conf/$c/accept_dad; done';

async function batch(options: readonly string[], lines: readonly string[]): Promise<void> {
  await run('ip', [...options, '-batch', '-'], { input: `${lines.join('\n')}\n` });
}

/** The kernel may take a second to let packets through. */
async function carriers(slots: readonly SlotPlan[]): Promise<void> {
  for (let look = 0; look < 200; look++) {
    const { stdout } = await run('ip', ['-o', 'link', 'show', 'up']);
    const up = stdout.split('\n').filter((line) => line.includes('state UP')).length;
    if (up >= slots.length) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new BenchFailed(`the ${slots.length} legs are not up after 200 looks`);
}
