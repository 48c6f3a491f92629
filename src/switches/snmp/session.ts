/** One SNMP session per switch: promises over net-snmp, with typed values and errors. */
import { isIPv6 } from 'node:net';
import type { Logger } from 'pino';
import type { Clock } from '../../rack/clock.ts';
import type { SnmpPlan, SwitchPlan } from '../../rack/plan.ts';
import type { Millis, VlanId } from '../../rack/units.ts';
import { millis } from '../../rack/units.ts';
import type { NetSnmpCallback, NetSnmpSession, NetSnmpUser } from '../net-snmp.ts';
import { AUTH_PROTOCOLS, library, PRIV_PROTOCOLS } from '../net-snmp.ts';
import type { SnmpOperation } from './errors.ts';
import { SecretUnreadable, SnmpAnswerInvalid, SnmpTimeout, SnmpTransport, silence } from './errors.ts';
import type { Oid } from './oid.ts';
import type { SecretReader } from './secrets.ts';
import { describeSecret } from './secrets.ts';
import type { SocketCounts } from './socket.ts';
import { guardedSockets } from './socket.ts';
import { translateError } from './translate.ts';
import type { RawVarbind, SnmpVarbind } from './value.ts';
import { decodeVarbind, TAGS } from './value.ts';

/** How long one request waits for its answer, and how often it is sent again (with the same request id). */
export interface ExchangeLimits {
  readonly timeout: Millis;
  readonly retries: number;
}

export interface SessionLimits {
  readonly read: ExchangeLimits;
  /** A SET that is not answered is *unknown*: it is read back, not blindly sent again. */
  readonly write: ExchangeLimits;
}

export const DEFAULT_LIMITS: SessionLimits = Object.freeze({
  read: { timeout: millis(2_000), retries: 2 },
  // Some switches need more than a second for one PoE SET (research: snmp-poe §4).
  write: { timeout: millis(10_000), retries: 0 },
});

/** One varbind of a SET. Octet strings go out byte for byte: a PortList is no text. */
export type SnmpSet = { readonly oid: Oid } & (
  | { readonly type: 'Integer32' | 'Gauge32'; readonly value: number }
  | { readonly type: 'OctetString'; readonly value: Buffer }
  | { readonly type: 'ObjectIdentifier'; readonly value: string }
);

export interface BulkRequest {
  /** Asked for once each: the answer holds what follows them. */
  readonly nonRepeaters?: readonly Oid[];
  readonly columns: readonly Oid[];
  readonly maxRepetitions: number;
}

export interface BulkAnswer {
  readonly nonRepeaters: readonly SnmpVarbind[];
  /** What followed each column, in the order of the request; a short answer leaves the later ones shorter. */
  readonly columns: readonly (readonly SnmpVarbind[])[];
}

/** What the rest of this folder needs of SNMP. All of it throws the errors of `errors.ts`. */
export interface SnmpSession {
  /** The values in the order of the OIDs; an OID that the agent has not is an exception varbind, not an error. */
  get(oids: readonly Oid[]): Promise<readonly SnmpVarbind[]>;
  getBulk(request: BulkRequest): Promise<BulkAnswer>;
  set(varbinds: readonly SnmpSet[]): Promise<void>;
  readonly counts: SessionCounts;
  close(): void;
}

export interface SessionCounts extends SocketCounts {
  requests: number;
  answers: number;
  timeouts: number;
}

export interface SessionDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly secrets: SecretReader;
  readonly limits?: SessionLimits;
}

/**
 * Another context of an agent, where it keeps a table of each VLAN: SNMPv3 names it, and v2c has no field for it, so it
 * is told by what is put behind the community (CISCO-VLAN-MEMBERSHIP, research: snmp-poe §3).
 */
export interface SnmpContext {
  readonly name: string;
  readonly communitySuffix: string;
}

/** As Cisco's switches name the context of a VLAN. */
export function vlanContext(vlan: VlanId): SnmpContext {
  return { name: `vlan-${vlan}`, communitySuffix: `@${vlan}` };
}

export type SessionPlan = Pick<SwitchPlan, 'name' | 'address' | 'port' | 'snmp'>;

/** Reads the secrets and makes the session. Nothing is sent yet. */
export async function openSnmpSession(
  plan: SessionPlan,
  deps: SessionDeps,
  context?: SnmpContext,
): Promise<SnmpSession> {
  const counts = { requests: 0, answers: 0, timeouts: 0, foreign: 0, malformed: 0 };
  const log = deps.log.child({ switch: plan.name });
  const limits = deps.limits ?? DEFAULT_LIMITS;
  const options = {
    version: plan.snmp.version === '3' ? library.Version3 : library.Version2c,
    transport: isIPv6(plan.address) ? ('udp6' as const) : ('udp4' as const),
    port: plan.port,
    timeout: limits.read.timeout,
    retries: limits.read.retries,
    dgramModule: guardedSockets(plan.address, plan.port, counts, log),
    context: context?.name ?? '',
  };
  const inner =
    plan.snmp.version === '3'
      ? library.createV3Session(plan.address, await user(plan.snmp, deps.secrets), options)
      : library.createSession(
          plan.address,
          `${await deps.secrets(plan.snmp.community)}${context?.communitySuffix ?? ''}`,
          options,
        );
  // Without a listener one malformed datagram would end the process.
  inner.on('error', (error) => {
    counts.malformed += 1;
    log.debug({ reason: error.message }, 'malformed SNMP datagram dropped');
  });
  const target = `${plan.name} (${plan.address} port ${plan.port})`;
  return new NetSnmpClient(inner, target, deps.clock, limits, counts);
}

/** RFC 3414 §11.2: passwords of less than eight characters are not to be used, and agents refuse them. */
const SHORTEST_KEY = 8;

async function user(plan: SnmpPlan & { version: '3' }, secrets: SecretReader): Promise<NetSnmpUser> {
  const [authKey, privKey] = await Promise.all([secrets(plan.auth.key), secrets(plan.priv.key)]);
  for (const [ref, key] of [[plan.auth.key, authKey] as const, [plan.priv.key, privKey] as const]) {
    if (key.length < SHORTEST_KEY) {
      throw new SecretUnreadable(describeSecret(ref), `an SNMPv3 key has at least ${SHORTEST_KEY} characters`);
    }
  }
  return {
    name: plan.user,
    level: library.SecurityLevel.authPriv,
    authProtocol: AUTH_PROTOCOLS[plan.auth.protocol],
    authKey,
    privProtocol: PRIV_PROTOCOLS[plan.priv.protocol],
    privKey,
  };
}

class NetSnmpClient implements SnmpSession {
  readonly counts: SessionCounts;
  readonly #inner: NetSnmpSession;
  readonly #target: string;
  readonly #clock: Clock;
  readonly #limits: SessionLimits;
  readonly #heard: { reads: number; writes: number } = { reads: 0, writes: 0 };

  constructor(inner: NetSnmpSession, target: string, clock: Clock, limits: SessionLimits, counts: SessionCounts) {
    this.#inner = inner;
    this.#target = target;
    this.#clock = clock;
    this.#limits = limits;
    this.counts = counts;
  }

  async get(oids: readonly Oid[]): Promise<readonly SnmpVarbind[]> {
    const raw = await this.#exchange<readonly RawVarbind[]>('get', (callback) => this.#inner.get(oids, callback));
    const varbinds = raw.map(decodeVarbind);
    for (const [place, oid] of oids.entries()) {
      const seen = varbinds[place]?.oid;
      if (seen !== oid) throw new SnmpAnswerInvalid(`asked for ${oid}, answered with ${seen ?? 'nothing'}`);
    }
    return varbinds;
  }

  async getBulk(request: BulkRequest): Promise<BulkAnswer> {
    const single = request.nonRepeaters ?? [];
    const oids = [...single, ...request.columns];
    const raw = await this.#exchange<readonly (RawVarbind | readonly RawVarbind[])[]>('getBulk', (callback) =>
      this.#inner.getBulk(oids, single.length, request.maxRepetitions, callback),
    );
    const groups = raw.map((group) => (Array.isArray(group) ? group : [group]).map(decodeVarbind));
    return {
      nonRepeaters: groups.slice(0, single.length).flat(),
      columns: request.columns.map((_, place) => groups[single.length + place] ?? []),
    };
  }

  async set(varbinds: readonly SnmpSet[]): Promise<void> {
    const raw = varbinds.map(({ oid, type, value }) => ({ oid, type: TAGS[type], value }));
    await this.#exchange<readonly RawVarbind[]>('set', (callback) => this.#inner.set(raw, callback));
  }

  close(): void {
    this.#inner.close();
  }

  /**
   * Limits are properties of net-snmp's session and are read when a request is made; the queue of the switch sees to it
   * that there is one request at a time.
   */
  #exchange<T>(operation: SnmpOperation, start: (callback: NetSnmpCallback<T>) => void): Promise<T> {
    const limits = operation === 'set' ? this.#limits.write : this.#limits.read;
    const startedAt = this.#clock.monotonic();
    const waited = () => millis(Math.round(this.#clock.monotonic() - startedAt));
    const late = () => {
      this.counts.timeouts += 1;
      const why = silence(operation, this.#heard);
      return new SnmpTimeout(operation, this.#target, waited(), limits.retries + 1, why);
    };
    this.counts.requests += 1;
    this.#inner.timeout = limits.timeout;
    this.#inner.retries = limits.retries;
    return new Promise((resolve, reject) => {
      // The library loses a request when an answer makes it throw half-way; v3 may need a second round for discovery.
      const lost = this.#clock.after(millis(2 * (limits.retries + 1) * limits.timeout + 1_000), () => reject(late()));
      start((error, result) => {
        lost.cancel();
        const typed = error ? translateError(error, operation, this.#target, late) : undefined;
        if (!(typed instanceof SnmpTimeout || typed instanceof SnmpTransport)) this.#count(operation);
        if (typed) return reject(typed);
        if (result === undefined) return reject(new SnmpAnswerInvalid('an answer without varbinds'));
        resolve(result);
      });
    });
  }

  #count(operation: SnmpOperation): void {
    this.counts.answers += 1;
    this.#heard[operation === 'set' ? 'writes' : 'reads'] += 1;
  }
}
