/** One SSH connection, from the first byte to the last: host key first, then the login, then channels. */
import { createConnection } from 'node:net';
import type { Clock } from '../../rack/clock.ts';
import type { SshPlan } from '../../rack/plan.ts';
import type { Millis } from '../../rack/units.ts';
import { printable } from '../../wire/printable.ts';
import type { SwitchError } from '../errors.ts';
import { type AlgorithmLists, algorithms, legacyAdvice } from './algorithms.ts';
import {
  SshAuthRefused,
  SshChannelRefused,
  SshFlooded,
  SshHandshakeFailed,
  SshHostKeyMismatch,
  SshLost,
  SshUnreachable,
} from './errors.ts';
import { fingerprint, isPinned } from './host-key.ts';
import type { Credential } from './login.ts';
import { loginMethods } from './login.ts';
import type { ClientChannel, Ssh2Error } from './ssh2.ts';
import { Client } from './ssh2.ts';

export interface LinkLimits {
  /** From the first packet to being logged in. */
  readonly connect: Millis;
  /** How often an idle connection is asked whether it lives, and how often it may stay silent. */
  readonly keepalive: Millis;
  readonly keepaliveMisses: number;
  /** Most bytes of the whole connection; left out: each answer has its own limit. */
  readonly connectionBytes?: number;
}

export interface LinkOptions {
  /** For messages: `sw1 (192.0.2.1 port 22)`. */
  readonly target: string;
  readonly address: string;
  readonly plan: SshPlan;
  readonly credential: Credential;
  readonly clock: Clock;
  readonly limits: LinkLimits;
  /** For a peer that is not to choose at all; left out: as the plan allows. */
  readonly algorithms?: AlgorithmLists;
}

export interface Link {
  /** Whether a new channel can be asked for. */
  readonly usable: boolean;
  /** The connection is gone; a channel that closed before it was closed by the switch itself. */
  readonly gone: boolean;
  /** Why it went, where that is known. */
  readonly cause: Error | undefined;
  /**
   * `listen` gets the channel in the moment that it is there: the whole answer may be in the same packet, and what happens
   * before anybody listens is lost.
   */
  openExec<T>(command: string, what: string, listen: (channel: ClientChannel) => T): Promise<T>;
  openSubsystem<T>(name: string, listen: (channel: ClientChannel) => T): Promise<T>;
  /** Runs once, when the connection has ended; at once if it has. */
  onEnd(listener: () => void): void;
  /** Says goodbye. */
  close(): void;
  /** Ends it now: what the other end is doing for us must stop. */
  destroy(): void;
}

/** More than any greeting, key exchange and banner: a peer that talks on is no SSH server. */
const MOST_BEFORE_LOGIN = 256 * 1024;

export async function openLink(options: LinkOptions): Promise<Link> {
  const { target, address, plan, credential, clock, limits } = options;
  const socket = createConnection({ host: address, port: plan.port, noDelay: true });
  const client = new Client();
  const login = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const accepted: { methods: readonly string[] } = { methods: [] };
  let state: 'opening' | 'open' | 'ended' = 'opening';
  let cause: Error | undefined;

  const fail = (error: Error) => {
    cause ??= error;
    login.reject(error);
    socket.destroy();
  };
  const timer = clock.after(limits.connect, () => {
    fail(new SshUnreachable(target, `no login within ${limits.connect} ms`));
  });
  // Listens for as long as the connection lives: an error without a listener would end the process.
  client.on('error', (error: Ssh2Error) => {
    fail(state === 'opening' ? openingError(options, error, accepted.methods) : error);
  });
  client.on('close', () => {
    if (state === 'opening') fail(new SshUnreachable(target, 'it closed the connection before the login'));
    state = 'ended';
    end.resolve();
  });
  client.on('change password', () => fail(new SshAuthRefused(target, plan.user, 'its password has expired')));
  client.on('ready', () => {
    state = 'open';
    login.resolve();
  });
  const next = loginMethods(plan.user, credential);
  client.connect({
    sock: socket,
    username: plan.user,
    algorithms: (options.algorithms ?? algorithms(plan.legacy)) as object,
    hostVerifier: (key: Buffer) => {
      const seen = fingerprint(key);
      if (isPinned(plan.hostKey, seen)) return true;
      fail(new SshHostKeyMismatch(target, plan.hostKey, seen));
      return false;
    },
    authHandler: ((left: readonly string[] | null) => {
      accepted.methods = left ?? [];
      return next(left);
    }) as never,
    // The deadline is ours, on the injected clock.
    readyTimeout: 0,
    keepaliveInterval: limits.keepalive,
    keepaliveCountMax: limits.keepaliveMisses,
  });
  socket.on('data', () => {
    const { bytesRead } = socket;
    const most = limits.connectionBytes ?? Number.POSITIVE_INFINITY;
    if (state === 'opening' && bytesRead > Math.min(most, MOST_BEFORE_LOGIN))
      fail(new SshHandshakeFailed(target, `it sent ${bytesRead} bytes before the login`));
    else if (bytesRead > most) fail(new SshFlooded(target, 'one connection', most));
  });

  const open = <T>(
    what: string,
    start: (callback: (error: Error | undefined, channel: ClientChannel) => void) => void,
    listen: (channel: ClientChannel) => T,
  ): Promise<T> =>
    new Promise((resolve, reject) => {
      const lost = () => reject(new SshLost(target, what, '', cause && { cause }));
      void end.promise.then(lost);
      try {
        start((error, channel) => {
          if (error === undefined) resolve(listen(channel));
          else if (state === 'open') reject(new SshChannelRefused(target, what, error.message, { cause: error }));
        });
      } catch (error) {
        // ssh2 throws when the socket is on its way out, before anything is sent.
        reject(new SshUnreachable(target, 'the connection is about to end', { cause: error }));
      }
    });

  try {
    await login.promise;
  } finally {
    timer.cancel();
  }
  return {
    get usable() {
      return state === 'open' && socket.writable;
    },
    get gone() {
      return state === 'ended';
    },
    get cause() {
      return cause;
    },
    openExec: (command, what, listen) => open(what, (callback) => client.exec(command, callback), listen),
    openSubsystem: (name, listen) => open(`subsystem ${name}`, (callback) => client.subsys(name, callback), listen),
    onEnd: (listener) => void end.promise.then(listener),
    close() {
      client.end();
      socket.destroySoon();
    },
    destroy: () => socket.destroy(),
  };
}

/** `accepted`: the ways to log in that the switch named when it refused one. */
function openingError(
  { target, plan, credential }: LinkOptions,
  error: Ssh2Error,
  accepted: readonly string[],
): SwitchError {
  if (error.level === 'client-authentication') {
    const tried = 'key' in credential ? 'the key is not accepted' : 'the password is not accepted';
    const others = accepted.length > 0 ? printable(accepted.join(', '), 100) : 'nothing';
    return new SshAuthRefused(target, plan.user, `${tried}; it accepts ${others}`);
  }
  const text = printable(error.message, 200);
  if (error.level === 'client-socket') return new SshUnreachable(target, text, { cause: error });
  if (/before handshake/i.test(text)) {
    const closed = 'it closed the connection before the handshake: perhaps all of its sessions are taken';
    return new SshUnreachable(target, closed, { cause: error });
  }
  return new SshHandshakeFailed(target, legacyAdvice(text) ?? text, { cause: error });
}
