/** Answers that are not what was asked for, as agents of real switches give them. */
import type { AnswerFaults } from './faults.ts';
import { happens } from './faults.ts';
import { STATUS, TAG } from './mib.ts';
import type { AgentAnswer, AgentRequest, Varbind } from './requests.ts';

export function spoilt(
  request: AgentRequest,
  answer: AgentAnswer,
  faults: AnswerFaults,
  random: () => number,
): AgentAnswer {
  const walks = request.kind === 'getNext' || request.kind === 'getBulk';
  if (!walks || answer.errorStatus !== STATUS.noError) return answer;
  if (happens(faults.emptyAnswer, random)) return { ...answer, varbinds: [] };
  const cut = request.kind === 'getBulk' && request.maxRepetitions > faults.bulkEndsAfter;
  const whole = cut ? { ...answer, varbinds: ended(request, answer.varbinds, faults.bulkEndsAfter) } : answer;
  return happens(faults.repeatOid, random) ? { ...whole, varbinds: repeated(request, whole.varbinds, random) } : whole;
}

/** As many rows as the agent is good for, and then for each column the news that it has ended. */
function ended(request: AgentRequest, varbinds: readonly Varbind[], rows: number): Varbind[] {
  const single = Math.max(0, Math.min(request.nonRepeaters, request.varbinds.length));
  const columns = request.varbinds.length - single;
  const kept = varbinds.slice(0, single + columns * rows);
  if (kept.length === varbinds.length) return kept;
  const last = kept.slice(-columns);
  return [...kept, ...last.map(({ oid }) => ({ oid, type: TAG.endOfMibView, value: null }))];
}

/** One varbind has the OID of the one before it in its column, or the one that was asked for. */
function repeated(request: AgentRequest, varbinds: readonly Varbind[], random: () => number): readonly Varbind[] {
  const place = Math.floor(random() * varbinds.length);
  const before = varbinds[place - request.varbinds.length]?.oid ?? request.varbinds[place]?.oid;
  const found = varbinds[place];
  if (before === undefined || !found) return varbinds;
  return varbinds.with(place, { ...found, oid: before });
}
