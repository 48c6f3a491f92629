/**
 * A board restarts, and the answer says how. Asked over SSH its file systems are clean; where it will not, or does not go
 * down in its time, its power is cut. Either way it is done when the board is up again.
 */
import { z } from 'zod';
import { type Clock, sleep } from '../../rack/clock.ts';
import type { Milestone } from '../../rack/milestone.ts';
import type { Plan } from '../../rack/plan.ts';
import { type HowToReboot, judgeLeaving, REBOOTS, type Rebooted } from '../../rack/reboot.ts';
import { condition, isPowered, isUp, type SlotState } from '../../rack/slot-state.ts';
import { type Millis, millis, seconds } from '../../rack/units.ts';
import type { JobRow } from '../../store/jobs.ts';
import type { RootTable } from '../../store/roots.ts';
import { type JobKind, JobRefused, StepFailed, type StepTools } from '../durable/kind.ts';
import type { PowerJobs } from '../power.ts';
import type { RackState } from '../rack-state.ts';
import { waitForBoot } from '../roots/boot-wait.ts';
import { assignedSlot } from '../roots/parts.ts';
import { DONE_AT, wait } from '../roots/steps.ts';
import type { Asked, BoardSsh } from './ask-board.ts';

export interface RebootParts {
  readonly plan: Plan;
  readonly state: Pick<RackState, 'get'>;
  readonly power: Pick<PowerJobs, 'intend'>;
  readonly table: Pick<RootTable, 'of'>;
  readonly clock: Clock;
  /** Undefined: this controller has no key. */
  readonly ask: ((board: Pick<BoardSsh, 'address' | 'hostKey'>) => Promise<Asked>) | undefined;
}

/** What the steps tell each other. */
type RebootFacts = {
  /** Why it was not asked, or why asking did not help; absent: it went down as asked. */
  readonly refused?: string;
  readonly code?: string;
  /** When its power was cut. */
  readonly cutAt?: Millis;
};

const request = z.strictObject({
  how: z.enum(REBOOTS).default('auto'),
  until: z.enum(DONE_AT as [Milestone, ...Milestone[]]).optional(),
});

const LOOK_EVERY = millis(250);
/** A process that ended may have asked: a board that is on its way down is not asked a second time. */
const ASKED_BEFORE: Millis = seconds(60);

const factsOf = (job: JobRow) => job.facts as RebootFacts;
const howOf = (job: JobRow) => (job.parameters as { how: HowToReboot }).how;

export function rebootKind(parts: RebootParts): JobKind {
  /** Jobs that an earlier process has begun. */
  const resumed = new Set<number>();
  const ask = wait('ask', 'asking the board to reboot', 1, (tools) => askStep(parts, resumed, tools), true);
  const cut = wait(
    'cut',
    'cutting its power',
    3,
    async ({ job }) => {
      if (factsOf(job).refused === undefined) return undefined;
      const now = parts.state.get(job.slot);
      // Done by a process that ended before it could record that this step is.
      if (resumed.has(job.id) && began(now, job)) return { cutAt: job.createdAt };
      const cutAt = parts.clock.now();
      if (!resumed.has(job.id) || !now.cycling)
        await parts.power.intend([job.slot], 'cycle', `${job.who}, job ${job.id}`);
      return { cutAt };
    },
    true,
  );
  const boot = wait(
    'boot',
    'waiting for the board to come up',
    1,
    async (tools) => {
      const { until } = tools.job.parameters as { until?: Milestone };
      await waitForBoot(parts, tools, factsOf(tools.job).cutAt ?? tools.job.createdAt, until ?? 'ssh_up');
      return undefined;
    },
    true,
  );
  return {
    name: 'reboot',
    steps: [ask, cut, boot],
    undo: [],
    accept: async (slot, parameters) => {
      assignedSlot(parts.plan, slot);
      const parsed = request.safeParse(parameters);
      if (!parsed.success) throw new JobRefused('parameters', z.prettifyError(parsed.error));
      return parsed.data;
    },
    resumed: (job) => void resumed.add(job.id),
    ended: (job) => void resumed.delete(job.id),
    describe: ({ how }) => (how === 'auto' ? 'reboot' : `${String(how)} reboot`),
    outcome: rebooted,
  };
}

/** Undefined until that is certain. */
function rebooted(job: JobRow): Rebooted | undefined {
  const { refused, cutAt } = factsOf(job);
  if (cutAt !== undefined) {
    const why = howOf(job) === 'hard' ? '' : `: ${refused}`;
    return { how: 'hard', text: `its power was cut${why}` };
  }
  const down = job.state === 'running' ? job.step > 0 : job.state === 'done';
  return down && refused === undefined ? { how: 'soft', text: 'it restarted when asked over SSH' } : undefined;
}

async function askStep(parts: RebootParts, resumed: ReadonlySet<number>, tools: StepTools): Promise<RebootFacts> {
  const { job, note } = tools;
  const how = howOf(job);
  if (how === 'hard') return { refused: 'it was to be cut', code: 'hard' };
  if (resumed.has(job.id) && (await beganAlready(parts, tools))) return {};
  const refusal = await askAndWatch(parts, tools);
  if (refusal === undefined) return {};
  const { code, why } = refusal;
  if (how === 'soft') throw new StepFailed(code, `the board did not reboot when asked: ${why}`, { permanent: true });
  note(why);
  return { refused: why, code };
}

interface Refusal {
  readonly code: string;
  readonly why: string;
}

async function askAndWatch(parts: RebootParts, { job, signal, note }: StepTools): Promise<Refusal | undefined> {
  const { table, ask, plan, state, clock } = parts;
  const now = state.get(job.slot);
  if (!isPowered(now) || !isUp(now)) return { code: 'not_up', why: `it is not up (${condition(now)})` };
  if (ask === undefined) return { code: 'no_key', why: 'this controller has no SSH key of its own' };
  const hostKey = (table.of(job.slot, 'rescue') ?? table.of(job.slot, 'current'))?.hostKey;
  if (hostKey === undefined) return { code: 'no_host_key', why: 'the host key of its root is not known' };
  const { ipv4 } = assignedSlot(plan, job.slot);
  const asked = await ask({ address: ipv4.board, hostKey: hostKey.fingerprint });
  if (!asked.taken) return asked;
  note('it took the command');
  let dropped = false;
  void asked.dropped.then(() => {
    dropped = true;
  });
  const since = clock.monotonic();
  try {
    for (;;) {
      signal.throwIfAborted();
      const waited = millis(clock.monotonic() - since);
      const leaving = judgeLeaving({ waited, dropped, began: began(state.get(job.slot), job) });
      if (leaving.kind === 'gone') return undefined;
      if (leaving.kind === 'stayed') return { code: 'not_gone', why: leaving.why };
      await sleep(clock, LOOK_EVERY);
    }
  } finally {
    asked.end();
  }
}

async function beganAlready({ state, clock }: RebootParts, { job, signal, note }: StepTools): Promise<boolean> {
  note('it may have been asked before the controller restarted');
  const since = clock.monotonic();
  while (clock.monotonic() - since < ASKED_BEFORE) {
    signal.throwIfAborted();
    if (began(state.get(job.slot), job)) return true;
    await sleep(clock, LOOK_EVERY);
  }
  return false;
}

const began = ({ boot }: SlotState, job: JobRow): boolean => boot !== undefined && boot.startedAt >= job.createdAt;
