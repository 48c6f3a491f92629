/**
 * The steps that jobs on roots share. While a board is dark, and only then, another root becomes current, the exports and
 * the boot tree follow, and all is read back before it gets power again: whatever is cut short, the board never sees half
 * of one root and half of another.
 */
import { MILESTONES, type Milestone } from '../../rack/milestone.ts';
import { millis } from '../../rack/units.ts';
import type { Facts, JobRow } from '../../store/jobs.ts';
import { type JobKind, type JobStep, StepFailed, type StepTools } from '../durable/kind.ts';
import { waitForBoot } from './boot-wait.ts';
import { type RootJobParts, rowOf, slotOf } from './parts.ts';

/** Facts that these steps share: what is what to the job. */
export interface RootFacts {
  /** The root that is to be current. */
  readonly root?: number;
  /** The one that was; absent: there was none. */
  readonly old?: number;
  /** What was wanted of power before the board was made dark; absent: it was not yet. */
  readonly wanted?: 'on' | 'off';
  /** When it was given power. */
  readonly poweredAt?: number;
  readonly swappedBack?: boolean;
}

export const factsOf = (job: JobRow): RootFacts => job.facts as RootFacts;
export const holder = (job: Pick<JobRow, 'id'>): string => `job ${job.id}`;

type Act = (tools: StepTools) => Promise<Facts | undefined>;

export const work = (name: string, doing: string, tries: number, act: Act, cancellable = false): JobStep => ({
  name,
  doing,
  tries,
  cancellable,
  load: 'work',
  act,
});
export const wait = (name: string, doing: string, tries: number, act: Act, cancellable = false): JobStep => ({
  ...work(name, doing, tries, act, cancellable),
  load: 'wait',
});

/** How often it is tried to put things back: nobody else does. */
const STUBBORN = 20;

export function powerOff(parts: RootJobParts): JobStep {
  return wait(
    'power-off',
    'waiting for the port to read off',
    3,
    async ({ job }) => {
      const facts = factsOf(job);
      const { wanted } = parts.state.get(job.slot);
      await darken(parts, job);
      const old = parts.table.of(job.slot, 'current')?.id;
      return { wanted: facts.wanted ?? wanted, ...(old === undefined ? {} : { old }) };
    },
    true,
  );
}

export async function darken({ power }: RootJobParts, job: JobRow): Promise<void> {
  const problems = await power.hold([job.slot], `${job.kind} (job ${job.id})`, holder(job));
  const problem = problems.get(job.slot);
  if (problem !== undefined) throw new StepFailed('power', `the port could not be switched off: ${problem}`);
}

export const exportRoot = (parts: RootJobParts, name = 'export', tries = 4): JobStep =>
  work(name, 'exporting the root', tries, async ({ job }) => {
    await parts.roots.serve(slotOf(parts, job.slot));
    return undefined;
  });

export const showTree = (parts: RootJobParts, name = 'boot-tree', tries = 4): JobStep =>
  work(name, 'showing the boot files', tries, async ({ job }) => {
    await parts.show(slotOf(parts, job.slot));
    return undefined;
  });

export const powerOn = (parts: RootJobParts): JobStep =>
  wait('power-on', 'switching the port on', 3, async ({ job }) => {
    const poweredAt = parts.clock.now();
    await parts.power.intend([job.slot], 'on', `${job.who}, job ${job.id}`);
    parts.power.release([job.slot], holder(job));
    return { poweredAt };
  });

export const boot = (parts: RootJobParts): JobStep =>
  wait('boot', 'waiting for the board to come up', 1, async (tools) => {
    const { poweredAt } = factsOf(tools.job);
    const { until } = tools.job.parameters as { until?: Milestone };
    await waitForBoot(parts, tools, millis(poweredAt ?? 0), until ?? 'ssh_up');
    return undefined;
  });

/**
 * Puts back what was. `isSwapped`: the board may have seen what is to go, so it has to be dark first.
 *
 * @param swapBack makes the rows as they were, in one commit; does nothing where they are
 */
export function putBack(
  parts: RootJobParts,
  isSwapped: (job: JobRow) => boolean,
  swapBack: (job: JobRow) => Promise<void>,
): JobStep[] {
  return [
    wait('dark-again', 'waiting for the port to read off', STUBBORN, async ({ job }) => {
      const swapped = isSwapped(job);
      if (swapped) await darken(parts, job);
      return swapped ? { swappedBack: true } : undefined;
    }),
    work('swap-back', 'making the root before current again', STUBBORN, async ({ job }) => {
      await swapBack(job);
      parts.sweep();
      return undefined;
    }),
    exportRoot(parts, 'export-back', STUBBORN),
    showTree(parts, 'boot-tree-back', STUBBORN),
    wait('power-back', 'giving back power as it was', STUBBORN, async ({ job }) => {
      const { wanted, poweredAt, swappedBack } = factsOf(job);
      // What was asked for in between by somebody else stands, where this job changed nothing.
      if (wanted === 'off' && poweredAt !== undefined) await parts.power.intend([job.slot], 'off', `job ${job.id}`);
      if (wanted === 'on' && swappedBack === true) await parts.power.intend([job.slot], 'on', `job ${job.id}`);
      parts.power.release([job.slot], holder(job));
      return undefined;
    }),
  ];
}

/** What every kind of job on roots does when it is taken up, and when it ends. */
export function keepsDark(parts: RootJobParts, steps: readonly JobStep[]): Pick<JobKind, 'resumed' | 'ended'> {
  const first = steps.findIndex(({ name }) => name === 'power-off');
  const last = steps.findIndex(({ name }) => name === 'power-on');
  // The rack file may have changed since the job was asked for.
  const isThere = (job: JobRow) => parts.plan.slots.some(({ slot }) => slot === job.slot);
  return {
    resumed: (job) => {
      if (!isThere(job)) return;
      const dark = job.state === 'running' && job.step >= first && job.step <= last;
      // Putting back begins in the dark, unless the board was never made so.
      const again = job.state === 'undoing' && factsOf(job).wanted !== undefined;
      if (dark || again) void parts.power.hold([job.slot], `${job.kind} (job ${job.id})`, holder(job));
    },
    ended: (job) => {
      if (isThere(job)) letGo(parts, job);
    },
  };
}

/** The slot's power is no longer this job's. */
export const letGo = (parts: RootJobParts, job: JobRow): void => parts.power.release([job.slot], holder(job));

/** `until` of a request: the milestone at which the job is done. */
export const DONE_AT: readonly Milestone[] = MILESTONES.slice(MILESTONES.indexOf('kernel_sent'));

/** The steps between which the rows change: exports and files follow at once. */
export const follow = (parts: RootJobParts): JobStep[] => [
  exportRoot(parts),
  showTree(parts),
  powerOn(parts),
  boot(parts),
];

export const currentIs = (parts: RootJobParts, job: JobRow): boolean =>
  parts.table.of(job.slot, 'current')?.id === factsOf(job).root && factsOf(job).root !== undefined;

export const rootOf = (parts: RootJobParts, job: JobRow) => rowOf(parts, factsOf(job).root);
