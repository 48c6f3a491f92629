/** Why what somebody asked of tenants, keys and servers is not done, with the status of HTTP that says the same. */
export const TENANCY_REFUSALS = Object.freeze({
  unknown: 404,
  invalid: 400,
  quota_reached: 403,
  name_taken: 409,
  not_live: 409,
  slot_taken: 409,
  protected: 409,
  not_done: 500,
  no_board_free: 503,
} as const);

export type TenancyRefusal = keyof typeof TENANCY_REFUSALS;

/** What somebody asked for cannot be done as asked; the message says what was expected. */
export class TenancyError extends Error {
  override readonly name = 'TenancyError';
  readonly kind: TenancyRefusal;

  constructor(kind: TenancyRefusal, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
