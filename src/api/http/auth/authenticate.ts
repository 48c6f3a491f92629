import type { Clock } from '../../../rack/clock.ts';
import { type ApiKey, matches, unusable } from '../../../rack/tenancy/key.ts';
import { ApiError } from '../errors.ts';
import type { Mirror } from '../mirror.ts';
import type { Caller } from './caller.ts';
import { credentials } from './credentials.ts';
import type { Tokens } from './tokens.ts';

const REALM = { 'www-authenticate': 'Basic realm="pirack", Bearer realm="pirack"' };

export class Authenticator {
  readonly #mirror: Mirror;
  readonly #tokens: Tokens;
  readonly #clock: Clock;

  constructor(mirror: Mirror, tokens: Tokens, clock: Clock) {
    this.#mirror = mirror;
    this.#tokens = tokens;
    this.#clock = clock;
  }

  /** Who asks. Throws unauthorized, always with the same words: why exactly is nobody's business. */
  caller(header: string | undefined, address: string): Caller {
    const given = credentials(header);
    if (given === undefined) throw refused('expected an API key as Basic credentials, or a Bearer token from /login');
    if (given.kind === 'basic') return this.#callerOf(this.login(given.id, given.secret), address);
    const key = this.#mirror.rack().keys.get(this.#tokens.use(given.token) ?? '');
    if (key === undefined || !this.#works(key)) throw refused('this token does not work, or not any more');
    return this.#callerOf(key, address);
  }

  /** The key of these credentials. Throws unauthorized. */
  login(id: string, secret: string): ApiKey {
    const key = this.#mirror.rack().keys.get(id);
    if (!matches(key, secret) || key === undefined || !this.#works(key)) throw refused('this key does not work');
    return key;
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

function refused(message: string): ApiError {
  return new ApiError('unauthorized', message, { headers: REALM });
}
