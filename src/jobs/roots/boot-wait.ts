/** Waits until a board that has just been powered is up, or says why it will not be. */
import { sleep } from '../../rack/clock.ts';
import { type Milestone, milestoneIndex } from '../../rack/milestone.ts';
import { condition, type SlotState } from '../../rack/slot-state.ts';
import { progressSentence } from '../../rack/timeline.ts';
import { type Millis, millis, minutes, seconds } from '../../rack/units.ts';
import { StepFailed, type StepTools } from '../durable/kind.ts';
import type { RootJobParts } from './parts.ts';

const LOOK_EVERY = millis(500);
/** Recovery gives a board up before; this is for what recovery does not see. */
const BOOT_LIMIT = minutes(20);
/** A port that is on and feeds nothing: there is no board, or it is broken. */
const EMPTY_LIMIT = seconds(60);

export async function waitForBoot(
  { state, clock }: Pick<RootJobParts, 'state' | 'clock'>,
  { job, signal, note }: StepTools,
  since: Millis,
  milestone: Milestone,
): Promise<void> {
  let began = clock.monotonic();
  let emptySince: Millis | undefined;
  for (;;) {
    signal.throwIfAborted();
    const now = state.get(job.slot);
    if (reached(now, since, milestone)) return;
    // Somebody wants it off: it will boot the new root when it is wanted on.
    if (now.wanted === 'off') return;
    if (now.quarantine !== undefined)
      throw new StepFailed('no_boot', `the board does not boot: ${now.quarantine.cause}`, { permanent: true });
    // Waiting for its turn is no fault of the board.
    if (now.phase !== 'settled') began = clock.monotonic();
    emptySince = condition(now) === 'empty' ? (emptySince ?? clock.monotonic()) : undefined;
    if (emptySince !== undefined && clock.monotonic() - emptySince > EMPTY_LIMIT)
      throw new StepFailed('no_board', `nothing draws power in the slot (${now.power?.detection})`, {
        permanent: true,
      });
    if (clock.monotonic() - began > BOOT_LIMIT)
      throw new StepFailed('late', `${milestone} was not seen in ${BOOT_LIMIT / 60_000} min: ${sentence(now)}`, {
        permanent: true,
      });
    note(sentence(now));
    await sleep(clock, LOOK_EVERY);
  }
}

/** A boot of before says nothing of the root that was given since. */
function reached({ boot }: SlotState, since: Millis, milestone: Milestone): boolean {
  if (boot === undefined || boot.startedAt < since) return false;
  return boot.steps.some((step) => milestoneIndex(step.milestone) >= milestoneIndex(milestone));
}

function sentence(state: SlotState): string {
  if (state.phase === 'queued') return `waits for power: ${state.waiting ?? ''}`;
  return state.boot === undefined ? condition(state) : progressSentence(state.boot);
}
