/** One try of one delivery. */
import { type ClientRequest, request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { isIP } from 'node:net';
import type { ConnectionOptions, SecureContext } from 'node:tls';
import type { AddressPolicy } from './addresses.ts';
import { wordsFor } from './failures.ts';

export interface Tried {
  /** Undefined: there was no answer. */
  readonly status: number | undefined;
  /** Undefined: it is delivered. For the customer: it says nothing of what stands behind a name. */
  readonly error: string | undefined;
}

export interface SenderParts {
  readonly policy: AddressPolicy;
  /** All addresses of a name. */
  readonly resolve: (name: string) => Promise<readonly string[]>;
  /** Whether the rack file allows `http:`. */
  readonly http: boolean;
  /** For all of it, in milliseconds. */
  readonly limit: number;
  /** Whose certificates are believed. */
  readonly trust: SecureContext;
}

export type Send = (url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<Tried>;

/** What a receiver says beside its status is not kept; so much of it is read, so that it is done saying it. */
const MOST_ANSWER = 16 * 1024;

/** What a try has not had yet. */
type Awaited = 'address' | 'connection' | 'TLS handshake' | 'answer';

export function sender(parts: SenderParts): Send {
  return async (text, headers, body) => {
    const late = new AbortController();
    let awaited: Awaited = 'address';
    const timer = setTimeout(() => late.abort(), parts.limit);
    try {
      const url = new URL(text);
      const refusal = wrongUrl(url, parts);
      if (refusal !== undefined) return failed(refusal);
      const tried = async () => {
        // Looked up once, judged, and connected to as it was judged: another answer of the DNS comes too late.
        const [address, other] = await vetted(url, parts);
        const awaits = (what: Awaited) => {
          awaited = what;
        };
        const message = { url, headers, body, trust: parts.trust, signal: late.signal, awaits };
        return post({ ...message, address }).catch((cause: unknown) => {
          if (other === undefined || !isNoWay(cause)) throw cause;
          return post({ ...message, address: other });
        });
      };
      // Whatever the receiver does, the place that this takes is free again when the time is over.
      const status = await Promise.race([tried(), aborted(late.signal)]);
      return { status, error: wrongStatus(status) };
    } catch (cause) {
      if (late.signal.aborted) return failed(`no ${awaited} in ${parts.limit / 1000} s`);
      return failed(cause instanceof Unreachable ? cause.message : wordsFor(cause));
    } finally {
      clearTimeout(timer);
    }
  };
}

class Unreachable extends Error {}

/** What is wrong with where a webhook is to lead; undefined: nothing that can be told before the name is looked up. */
export function wrongUrl(url: URL, { http, policy }: Pick<SenderParts, 'http' | 'policy'>): string | undefined {
  if (url.protocol !== 'https:' && !(http && url.protocol === 'http:'))
    return 'expected an address that begins with https://';
  if (url.username !== '' || url.password !== '') return 'expected an address without user and password';
  const host = hostOf(url);
  const refusal = isIP(host) === 0 ? undefined : policy.refusal(host);
  return refusal && `nothing is sent to ${host}: ${refusal}`;
}

const hostOf = ({ hostname }: URL) => hostname.replace(/^\[(.*)\]$/, '$1');

/** The first address, and where the name has one of both families the first of the other: there may be no way to either. */
async function vetted(url: URL, { policy, resolve }: SenderParts): Promise<readonly [string, string | undefined]> {
  const host = hostOf(url);
  const addresses = isIP(host) === 0 ? await resolve(host).catch(() => []) : [host];
  if (addresses.length === 0) throw new Unreachable('the name has no address');
  const allowed = addresses.filter((address) => policy.refusal(address) === undefined);
  const [first] = allowed;
  if (first === undefined) throw new Unreachable('nothing is sent there: the name leads to what is not public');
  return [first, allowed.find((address) => isIP(address) !== isIP(first))];
}

/** Of a connection that was not made: nothing has been sent yet. */
const NO_WAY: ReadonlySet<string | undefined> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);

const isNoWay = (cause: unknown) => NO_WAY.has((cause as NodeJS.ErrnoException | undefined)?.code);

interface Post {
  readonly url: URL;
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly trust: SecureContext;
  readonly signal: AbortSignal;
  readonly awaits: (what: Awaited) => void;
}

/** Resolves with the status once the answer has been read, or enough of it. Redirects are answers like any other. */
function post({ url, address, headers, body, trust, signal, awaits }: Post): Promise<number> {
  const host = hostOf(url);
  const options = {
    host: address,
    port: url.port === '' ? undefined : Number(url.port),
    path: url.pathname + url.search,
    method: 'POST',
    agent: false as const,
    signal,
    headers: {
      ...headers,
      host: url.host,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'pirack-webhooks/1',
    },
  };
  // Judged is the name of the URL, whatever address it has; an address sends none, and a name no last dot (RFC 6066 §3).
  const believed: ConnectionOptions = {
    secureContext: trust,
    rejectUnauthorized: true,
    ...(isIP(host) === 0 && { servername: host.replace(/\.$/, '') }),
  };
  awaits('connection');
  return new Promise((resolve, reject) => {
    const isSecure = url.protocol === 'https:';
    const out: ClientRequest = isSecure ? secure({ ...options, ...believed }) : plain(options);
    out.on('socket', (socket) => {
      socket.once('connect', () => awaits(isSecure ? 'TLS handshake' : 'answer'));
      socket.once('secureConnect', () => awaits('answer'));
    });
    out.on('error', reject);
    // Asked for by nobody (RFC 9110 §15.2.2); without a listener Node ends the connection and says nothing.
    out.on('upgrade', ({ statusCode = 0 }, socket) => {
      socket.destroy();
      resolve(statusCode);
    });
    out.on('response', (response) => {
      const status = response.statusCode ?? 0;
      let read = 0;
      response.on('data', (part: Buffer) => {
        read += part.length;
        if (read > MOST_ANSWER) response.destroy();
      });
      response.on('error', () => undefined);
      response.on('close', () => resolve(status));
    });
    out.end(body);
  });
}

function wrongStatus(status: number): string | undefined {
  if (status >= 200 && status < 300) return undefined;
  return status >= 300 && status < 400 ? `answered ${status}: redirects are not followed` : `answered ${status}`;
}

const failed = (error: string): Tried => ({ status: undefined, error });

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}
