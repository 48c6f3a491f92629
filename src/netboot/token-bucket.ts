/** How much one leg may ask: so many at once, so many per second thereafter. */
export class TokenBucket {
  readonly #burst: number;
  readonly #perMilli: number;
  #tokens: number;
  #at: number;

  /** `now` in milliseconds of any clock that does not go backwards; the bucket starts full. */
  constructor(rate: { readonly burst: number; readonly perSecond: number }, now: number) {
    this.#burst = rate.burst;
    this.#perMilli = rate.perSecond / 1000;
    this.#tokens = rate.burst;
    this.#at = now;
  }

  /** Takes one token; false where none is left. */
  take(now: number): boolean {
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#perMilli);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
