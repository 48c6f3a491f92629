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
  protected: 'protected',
  not_done: 'task_failed',
  no_board_free: 'no_board_free',
});

/** Asks the controller for what is not in the mirror. Its own refusals become the API's. */
export async function fromController<Result>(
  { control }: Pick<Services, 'control'>,
  ask: (control: ControlClient) => Promise<Result>,
): Promise<Result> {
  return ask(control).catch((cause: unknown) => {
    if (cause instanceof NotServing)
      throw new ApiError('controller_away', 'the controller of the rack is not answering; boards go on as they are', {
        cause,
      });
    if (cause instanceof Refused && cause.code !== undefined && cause.code in CODES)
      throw new ApiError(CODES[cause.code as TenancyRefusal], cause.message, { cause });
    throw cause;
  });
}

/** Has the controller do something, and waits until the mirror shows it: whoever reads after the answer reads what it did. */
export async function commanded<Result extends { readonly seq: number }>(
  services: Services,
  command: (control: ControlClient) => Promise<Result>,
): Promise<Result> {
  const result = await fromController(services, command);
  await services.mirror.reached(result.seq);
  return result;
}
