/** A boot file that is there and cannot be sent. */
export class BootFileError extends Error {
  override readonly name = 'BootFileError';
  readonly reason: 'unreadable' | 'changing' | 'no-room';

  constructor(reason: BootFileError['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
