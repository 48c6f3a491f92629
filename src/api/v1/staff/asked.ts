/** What staff ask of the controller, and its refusals in the API's words: staff are told what is there and what is not. */
import type { TenancyRefusal } from '../../../jobs/tenancy-error.ts';
import type { ControlClient } from '../../control/client.ts';
import { commanded, fromController } from '../../customer/commands.ts';
import type { ErrorCode } from '../../http/errors.ts';
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

export function asked<Result>(
  services: Services,
  command: (control: ControlClient) => Promise<Result>,
): Promise<Result> {
  return fromController(services, command, staffCodeOf);
}

/** As `asked`, and what is read after the answer shows what was done. */
export function done<Result extends { readonly seq: number }>(
  services: Services,
  command: (control: ControlClient) => Promise<Result>,
): Promise<Result> {
  return commanded(services, command, staffCodeOf);
}

function staffCodeOf(word: string): ErrorCode | undefined {
  return Object.hasOwn(CODES, word) ? CODES[word as keyof typeof CODES] : undefined;
}
