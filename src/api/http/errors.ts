/**
 * Every error that the API answers with: one table for the code, OpenAPI and the documentation. The body is always an
 * object with `error` as a string (customer-api §7: anything else crashes clients that exist).
 */

export const ERRORS = Object.freeze({
  bad_request: { status: 400, title: 'a part of the request is not as expected' },
  unauthorized: { status: 401, title: 'no key or token, or one that does not work' },
  forbidden: { status: 403, title: 'not for this key; servers of others and servers that do not exist look the same' },
  quota_reached: { status: 403, title: 'the tenant has as many servers as it may have' },
  not_found: { status: 404, title: 'nothing has this address' },
  method_not_allowed: { status: 405, title: 'the address exists, and not for this method' },
  request_timeout: { status: 408, title: 'the request did not come in time' },
  name_taken: { status: 409, title: 'another server has this name' },
  not_live: { status: 409, title: 'the server is still being provisioned, or is being changed' },
  slot_taken: {
    status: 409,
    title: 'the slot has a server or a job, is kept from customers, or its board is not known',
  },
  already_rebooting: { status: 409, title: 'the server is rebooting already' },
  protected: { status: 409, title: 'the server is protected against this' },
  nothing_to_undo: { status: 409, title: 'no root from before is kept' },
  too_late: { status: 409, title: 'the task has ended, or is past the point where it can be cancelled' },
  webhook_off: { status: 409, title: 'the webhook is switched off' },
  request_in_flight: { status: 409, title: 'a request with this Idempotency-Key is being worked on' },
  body_too_large: { status: 413, title: 'the body is larger than is taken' },
  unsupported_media_type: { status: 415, title: 'the body is not of the expected type' },
  idempotency_key_reused: { status: 422, title: 'the Idempotency-Key was used with another request' },
  too_many_requests: { status: 429, title: 'more requests, or more failed logins, than are allowed; see Retry-After' },
  headers_too_large: { status: 431, title: 'the headers are larger than are taken' },
  internal: { status: 500, title: 'a fault of the API itself' },
  task_failed: { status: 500, title: 'the task failed; the text says why' },
  no_board_free: { status: 503, title: 'no free board is as ordered' },
  controller_away: { status: 503, title: 'the controller of the rack does not answer; boards go on as they are' },
} as const);

export type ErrorCode = keyof typeof ERRORS;

export interface ErrorAnswer {
  readonly error: string;
  /** Where `error` is a word of RFC 6749, the sentence. */
  readonly error_description?: string;
  readonly code: ErrorCode;
  readonly request_id: string;
}

/** An answer that is no. The message is for the customer: it says what was expected and nothing of the inside. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, message: string, options: { headers?: Record<string, string>; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}
