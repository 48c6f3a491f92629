import type { SwitchBackend } from './backend.ts';
import type { SwitchDriver } from './drivers/driver.ts';
import { SwitchClosed } from './errors.ts';
import { SnmpSecurity, SnmpTimeout, SnmpTransport } from './snmp/errors.ts';
import type { Access } from './tables.ts';

/** A switch that has been reached, and of which is known what it is. */
export interface Reached {
  readonly driver: SwitchDriver;
  /** Once the signal is aborted nothing more is sent: the next request throws the signal's reason. */
  use(signal: AbortSignal): Tools;
  close(): void;
}

/** What a job works with. */
export interface Tools {
  readonly driver: SwitchDriver;
  readonly backend: SwitchBackend;
  /** For tables that are read over SNMP whatever the switch is written with. */
  readonly access: Access;
}

export interface Link extends Tools {
  /** Asks the switch anew what it is: after a restart it may be another one. */
  renew(): Promise<Link>;
}

/**
 * The connection to a switch: made when it is first spoken to, and made anew after a failure that new secrets or a new
 * socket may cure, so that a corrected community file needs no restart.
 */
export interface Connection {
  use<T>(signal: AbortSignal, work: (link: Link) => Promise<T>): Promise<T>;
  /** What the switch was found to be; undefined before it was reached. */
  readonly driver: SwitchDriver | undefined;
  close(): void;
}

export function createConnection(reach: (signal: AbortSignal) => Promise<Reached>): Connection {
  let reached: Reached | undefined;
  let known: SwitchDriver | undefined;
  let closed = false;
  const drop = () => {
    reached?.close();
    reached = undefined;
  };
  const link = async (signal: AbortSignal): Promise<Link> => {
    reached ??= await reach(signal);
    if (closed) {
      drop();
      throw new SwitchClosed();
    }
    known = reached.driver;
    const renew = () => {
      drop();
      return link(signal);
    };
    return { ...reached.use(signal), renew };
  };
  return {
    get driver() {
      return known;
    },
    async use(signal, work) {
      if (closed) throw new SwitchClosed();
      try {
        return await work(await link(signal));
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

function curable(error: unknown): boolean {
  if (error instanceof SnmpTimeout) return error.silence === 'never-answered';
  return error instanceof SnmpSecurity || error instanceof SnmpTransport;
}
