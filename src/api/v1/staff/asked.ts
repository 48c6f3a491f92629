/** What staff ask of the controller, and its refusals in the API's words: staff are told what is there and what is not. */
import type { TenancyRefusal } from '../../../jobs/tenancy-error.ts';
import type { ControlClient } from '../../control/client.ts';
import { NotServing, Refused } from '../../control/client.ts';
import { ApiError, type ErrorCode } from '../../http/errors.ts';
import type { Services } from '../../http/services.ts';

const CODES: Readonly<Record<TenancyRefusal | 'busy' | 'key_reused' | 'parameters' | 'no_image', ErrorCode>> =
  Object.freeze({
    unknown: 'not_found',
    invalid: 'bad_request',
    quota_reached: 'quota_reached',
    name_taken: 'name_taken',
    not_live: 'not_live',
    slot_taken: 'slot_taken',
    protected: 'protected',
    not_done: 'task_failed',
    no_board_free: 'slot_taken',
    busy: 'slot_taken',
    key_reused: 'idempotency_key_reused',
    parameters: 'bad_request',
    no_image: 'bad_request',
  });

/** Errors that any command of these may end in; a route adds them to its own. */
export const REFUSALS: readonly ErrorCode[] = Object.freeze(['not_found', 'bad_request']);

export async function asked<Result>(
  { control }: Services,
  command: (control: ControlClient) => Promise<Result>,
): Promise<Result> {
  return command(control).catch((cause: unknown) => {
    if (cause instanceof NotServing)
      throw new ApiError('controller_away', 'the controller of the rack is not answering; boards go on as they are', {
        cause,
      });
    if (cause instanceof Refused && cause.code !== undefined && cause.code in CODES)
      throw new ApiError(CODES[cause.code as keyof typeof CODES], cause.message, { cause });
    throw cause;
  });
}

/** As `asked`, and what is read after the answer shows what was done. */
export async function done<Result extends { readonly seq: number }>(
  services: Services,
  command: (control: ControlClient) => Promise<Result>,
): Promise<Result> {
  const result = await asked(services, command);
  await services.mirror.reached(result.seq);
  return result;
}
