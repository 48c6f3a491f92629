/** PoE ports of a UniFi switch: `swctrl poe`. */
import type { Watts } from '../../../rack/units.ts';
import { watts } from '../../../rack/units.ts';
import type { Detection } from '../../power-state.ts';
import type { MainPower } from '../../tables.ts';
import { SshAnswerInvalid } from '../errors.ts';
import type { ReadPort } from '../ports.ts';
import { line, portNumber } from '../words.ts';
import type { TableRow } from './table.ts';
import { parseTable } from './table.ts';

export const POE = 'swctrl poe show';

/** By row: the number of the socket. */
export function poePorts(output: string): ReadonlyMap<string, ReadPort> {
  const found = new Map<string, ReadPort>();
  for (const row of parseTable(output, POE)) {
    const number = row.get('Port') ?? '';
    if (!/^[1-9]\d?$/.test(number) || found.has(number)) throw new SshAnswerInvalid(POE, `port "${number}"`);
    const admin = adminOf(row.get('OpMode'));
    const detection = detectionOf(admin, row);
    found.set(number, {
      row: number,
      admin,
      detection,
      powerClass: detection === 'deliveringPower' ? classOf(row.get('Class')) : undefined,
      watts: wattsOf(row.get('Power(W)')),
    });
  }
  if (found.size === 0) throw new SshAnswerInvalid(POE, 'it lists no port');
  return found;
}

/** Firmware is known that prints a negative total. */
export function mainPower(output: string, ports: ReadonlyMap<string, ReadPort>): MainPower {
  const total = Number(/^Total Power Limit\(mW\):\s*(\d{1,9})\s*$/m.exec(output)?.[1]);
  const drawn = [...ports.values()].map((port) => port.watts);
  const sum = drawn.every((one) => one !== undefined) ? drawn.reduce<number>((all, one) => all + one, 0) : undefined;
  return {
    consumption: sum === undefined ? undefined : watts(sum),
    capacity: total > 0 ? watts(total / 1_000) : undefined,
  };
}

/**
 * One port to a command, and always with `id`: without it `swctrl poe set off 6` leaves the 6 aside and takes the power
 * from every port of the switch.
 */
export function powerCommand(row: string, on: boolean): string {
  const port = portNumber(Number(row));
  return on ? line`swctrl poe set auto id ${port}` : line`swctrl poe set off id ${port}`;
}

function adminOf(mode: string | undefined): boolean | undefined {
  if (mode === undefined || mode === '') return undefined;
  return mode.toLowerCase() !== 'off';
}

function detectionOf(admin: boolean | undefined, row: TableRow): Detection {
  const [power, good] = [row.get('PoEPwr')?.toLowerCase(), row.get('PwrGood')?.toLowerCase()];
  if (power === 'on') return good === 'good' ? 'deliveringPower' : 'otherFault';
  if (power === 'off') return admin === false ? 'disabled' : 'searching';
  return 'unknown(0)';
}

function classOf(text: string | undefined): string | undefined {
  const number = /^Class (\d)$/.exec(text ?? '')?.[1];
  return number === undefined ? undefined : `class${number}`;
}

function wattsOf(text: string | undefined): Watts | undefined {
  return text !== undefined && /^\d{1,4}(?:\.\d{1,3})?$/.test(text) ? watts(Number(text)) : undefined;
}
