/** What the three command lines have in common: PoE ports by row. */
import type { Watts } from '../../rack/units.ts';
import type { Detection, LinkStatus, PortSeen } from '../power-state.ts';
import type { SwitchState } from '../tables.ts';
import { SshAnswerInvalid } from './errors.ts';

export interface ReadPort {
  readonly row: string;
  readonly admin: boolean | undefined;
  readonly detection: Detection;
  readonly powerClass: string | undefined;
  readonly watts: Watts | undefined;
}

/** None of these command lines counts how often power was denied. */
export function seenOf({ admin, detection }: ReadPort): PortSeen {
  return { admin, detection, denied: undefined };
}

export function stateRow(port: ReadPort, link: LinkStatus | undefined): SwitchState['rows'][number] {
  return {
    ...seenOf(port),
    row: port.row,
    powerClass: port.powerClass,
    mpsAbsent: undefined,
    invalidSignature: undefined,
    overload: undefined,
    short: undefined,
    watts: port.watts,
    link,
  };
}

/** @throws SshAnswerInvalid */
export function portAt<Port>(ports: ReadonlyMap<string, Port>, row: string, what: string): Port {
  const port = ports.get(row);
  if (!port) throw new SshAnswerInvalid(what, `it has no row ${row}`);
  return port;
}

export function seenRows<Row extends string>(
  ports: ReadonlyMap<string, ReadPort>,
  rows: readonly Row[],
  what: string,
): ReadonlyMap<Row, PortSeen> {
  return new Map(rows.map((row) => [row, seenOf(portAt(ports, row, what))]));
}
