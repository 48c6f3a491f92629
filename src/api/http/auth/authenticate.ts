import type { Clock } from '../../../rack/clock.ts';
import { type ApiKey, matches, unusable } from '../../../rack/tenancy/key.ts';
import { ApiError } from '../errors.ts';
import { networkOf } from '../limits.ts';
import type { Mirror } from '../mirror.ts';
import type { Caller } from './caller.ts';
import { credentials } from './credentials.ts';
import type { FailedLogins } from './failed-logins.ts';
import type { Tokens } from './tokens.ts';

const REALM = { 'www-authenticate': 'Basic realm="pirack", Bearer realm="pirack"' };

export class Authenticator {
  readonly #mirror: Mirror;
  readonly #tokens: Tokens;
  readonly #clock: Clock;
  readonly #failures: FailedLogins;

  constructor(mirror: Mirror, tokens: Tokens, clock: Clock, failures: FailedLogins) {
    this.#mirror = mirror;
    this.#tokens = tokens;
    this.#clock = clock;
    this.#failures = failures;
  }

  /** Who asks. Throws unauthorized, always with the same words: why exactly is nobody's business. */
  caller(header: string | undefined, address: string): Caller {
    const given = credentials(header);
    // Nothing was tried: that is no failure to count.
    if (given === undefined) throw refused('expected an API key as Basic credentials, or a Bearer token from /login');
    if (given.kind === 'basic') return this.#callerOf(this.login(given.id, given.secret, address), address);
    const network = networkOf(address);
    this.#failures.admit(network);
    const key = this.#mirror.rack().keys.get(this.#tokens.use(given.token) ?? '');
    if (key === undefined || !this.#works(key)) {
      this.#failures.failed(network);
      throw refused('this token does not work, or not any more');
    }
    return this.#callerOf(key, address);
  }

  /** The key of these credentials. Throws unauthorized, or too_many_requests. */
  login(id: string, secret: string, address: string): ApiKey {
    const network = networkOf(address);
    this.#failures.admit(network);
    const key = this.#mirror.rack().keys.get(id);
    if (!matches(key, secret) || key === undefined || !this.#works(key)) {
      this.#failures.failed(network);
      throw refused('this key does not work');
    }
    return key;
  }

  /** Whether what was opened with this key may stay open. Of a controller that is away nothing new is known. */
  stillWorks(id: string): boolean {
    if (!this.#mirror.present) return true;
    const key = this.#mirror.rack().keys.get(id);
    return key !== undefined && this.#works(key);
  }

  #works(key: ApiKey): boolean {
    if (unusable(key, this.#clock.now()) !== undefined) return false;
    return key.tenant === undefined || this.#mirror.rack().tenants.get(key.tenant)?.disabledAt === undefined;
  }

  #callerOf(key: ApiKey, address: string): Caller {
    return {
      key: key.id,
      tenant: key.tenant,
      scope: key.scope,
      servers: key.servers === undefined ? undefined : new Set(key.servers),
      address,
    };
  }
}

/** With the header that RFC 9110 §15.5.2 asks of every 401. */
export function refused(message: string): ApiError {
  return new ApiError('unauthorized', message, { headers: REALM });
}
