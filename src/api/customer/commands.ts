import type { TenancyRefusal } from '../../jobs/tenancy-error.ts';
import type { ControlClient } from '../control/client.ts';
import { NotServing, Refused } from '../control/client.ts';
import { ApiError, type ErrorCode } from '../http/errors.ts';
import type { Services } from '../http/services.ts';

const CODES: Readonly<Record<TenancyRefusal, ErrorCode>> = Object.freeze({
  unknown: 'forbidden',
  invalid: 'bad_request',
  quota_reached: 'quota_reached',
  name_taken: 'name_taken',
  not_live: 'not_live',
  slot_taken: 'slot_taken',
  protected: 'protected',
  not_done: 'task_failed',
  no_board_free: 'no_board_free',
});

/** Why a job is not made, or not ended: the words of the kinds of jobs. */
const JOB_CODES: Readonly<Record<string, ErrorCode>> = Object.freeze({
  busy: 'not_live',
  parameters: 'bad_request',
  no_image: 'bad_request',
  no_root: 'not_live',
  no_slot: 'not_live',
  unassigned: 'not_live',
  nothing_to_undo: 'nothing_to_undo',
  too_late: 'too_late',
  no_job: 'not_found',
  key_reused: 'idempotency_key_reused',
});

/** The API's word for a refusal of the controller; undefined: it has none, which is a fault. */
export type CodeOf = (word: string) => ErrorCode | undefined;

/** Asks the controller for what is not in the mirror. Its own refusals become the API's. */
export async function fromController<Result>(
  { control }: Pick<Services, 'control'>,
  ask: (control: ControlClient) => Promise<Result>,
  codeOf: CodeOf = customerCodeOf,
): Promise<Result> {
  return ask(control).catch((cause: unknown) => {
    if (cause instanceof NotServing)
      throw new ApiError('controller_away', 'the controller of the rack is not answering; boards go on as they are', {
        cause,
      });
    const code = cause instanceof Refused ? codeOf(cause.code ?? '') : undefined;
    if (code !== undefined) throw new ApiError(code, (cause as Refused).message, { cause });
    throw cause;
  });
}

/** Has the controller do something, and waits until the mirror shows it: whoever reads after the answer reads what it did. */
export async function commanded<Result extends { readonly seq: number }>(
  services: Services,
  command: (control: ControlClient) => Promise<Result>,
  codeOf?: CodeOf,
): Promise<Result> {
  const result = await fromController(services, command, codeOf);
  await services.mirror.reached(result.seq);
  return result;
}

function customerCodeOf(word: string): ErrorCode | undefined {
  if (Object.hasOwn(CODES, word)) return CODES[word as TenancyRefusal];
  return Object.hasOwn(JOB_CODES, word) ? JOB_CODES[word] : undefined;
}
