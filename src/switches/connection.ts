import { SwitchClosed } from './errors.ts';
import { SnmpSecurity, SnmpTimeout, SnmpTransport } from './snmp/errors.ts';
import type { SnmpSession } from './snmp/session.ts';

/**
 * The session of a switch: made when it is first spoken to, and made anew after a failure that new secrets or a new
 * socket may cure, so that a corrected community file needs no restart.
 */
export interface Connection {
  /** Once the signal is aborted no further request is sent: the next one throws the signal's reason. */
  use<T>(signal: AbortSignal, work: (session: SnmpSession) => Promise<T>): Promise<T>;
  close(): void;
}

export function createConnection(open: () => Promise<SnmpSession>): Connection {
  let session: SnmpSession | undefined;
  let closed = false;
  const drop = () => {
    session?.close();
    session = undefined;
  };
  return {
    async use(signal, work) {
      if (closed) throw new SwitchClosed();
      session ??= await open();
      if (closed) {
        drop();
        throw new SwitchClosed();
      }
      try {
        return await work(until(signal, session));
      } catch (error) {
        if (curable(error)) drop();
        throw error;
      }
    },
    close() {
      closed = true;
      drop();
    },
  };
}

function until(signal: AbortSignal, session: SnmpSession): SnmpSession {
  const checked = <T>(request: () => Promise<T>): Promise<T> =>
    signal.aborted ? Promise.reject(signal.reason) : request();
  return {
    counts: session.counts,
    get: (oids) => checked(() => session.get(oids)),
    getBulk: (request) => checked(() => session.getBulk(request)),
    set: (varbinds) => checked(() => session.set(varbinds)),
    close: () => session.close(),
  };
}

function curable(error: unknown): boolean {
  if (error instanceof SnmpTimeout) return error.silence === 'never-answered';
  return error instanceof SnmpSecurity || error instanceof SnmpTransport;
}
