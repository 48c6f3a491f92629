import type { Clock } from '../rack/clock.ts';
import type { Millis } from '../rack/units.ts';
import { millis } from '../rack/units.ts';
import { PortBusy } from './errors.ts';

/** One operation per port at a time: a port in the middle of a power cycle is not switched by somebody else. */
export interface PortClaims {
  /** `rows` by the ports' names; all or none. Returns what gives them back. @throws PortBusy */
  take(rows: ReadonlyMap<string, string>, what: string): () => void;
  held(): readonly Claim[];
}

export interface Claim {
  readonly port: string;
  readonly what: string;
  readonly since: Millis;
}

export function createClaims(clock: Clock): PortClaims {
  const claims = new Map<string, { readonly port: string; readonly what: string; readonly at: Millis }>();
  const since = (at: Millis) => millis(clock.monotonic() - at);
  return {
    take(rows, what) {
      for (const [port, row] of rows) {
        const other = claims.get(row);
        if (other) throw new PortBusy(port, other.what, since(other.at));
      }
      const at = clock.monotonic();
      for (const [port, row] of rows) claims.set(row, { port, what, at });
      return () => {
        for (const row of rows.values()) claims.delete(row);
      };
    },
    held: () => [...claims.values()].map(({ port, what, at }) => ({ port, what, since: since(at) })),
  };
}
