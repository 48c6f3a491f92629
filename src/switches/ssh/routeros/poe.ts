/** PoE-out ports of RouterOS: `/interface ethernet poe`. */
import type { Watts } from '../../../rack/units.ts';
import { watts } from '../../../rack/units.ts';
import type { Detection } from '../../power-state.ts';
import { SshAnswerInvalid } from '../errors.ts';
import type { ReadPort } from '../ports.ts';
import { line, routerosName } from '../words.ts';
import { rowsOf } from './script.ts';
import { amount, idNumber, rows, text } from './values.ts';

const MENU = '/interface ethernet poe';

/** The settings, then what the ports do. Without `once` a monitor never ends. */
export const POE = [
  rowsOf(MENU),
  `:put [:serialize to=json value=[${MENU} monitor [${MENU} find] once as-value]]`,
] as const;

/** Its row is the internal id as a number, which is the row of mtxrPOETable too. */
export interface PoePort extends ReadPort {
  readonly name: string;
  /** `poe-out` as it is set: `auto-on`, `forced-on` or `off`. */
  readonly setting: string;
}

/** By row. */
export function poePorts(settings: string, monitor: string): ReadonlyMap<string, PoePort> {
  const seen = new Map(rows(monitor, `${MENU} monitor`).map((row) => [text(row, 'name'), row]));
  const found = new Map<string, PoePort>();
  for (const row of rows(settings, MENU)) {
    const [name, index] = [text(row, 'name'), idNumber(row)];
    if (name === undefined || index === undefined) throw new SshAnswerInvalid(MENU, 'a port has no name or no id');
    const now = seen.get(name);
    if (!now) throw new SshAnswerInvalid(`${MENU} monitor`, `${name} is missing`);
    const setting = text(row, 'poe-out') ?? '';
    found.set(String(index), {
      name,
      row: String(index),
      setting,
      admin: ADMIN.get(setting),
      detection: detectionOf(text(now, 'poe-out-status')),
      powerClass: undefined,
      watts: wattsOf(amount(now, 'poe-out-power')),
    });
  }
  if (found.size === 0) throw new SshAnswerInvalid(MENU, 'it lists no port');
  return found;
}

export function powerLine(port: string, setting: 'auto-on' | 'forced-on' | 'off'): string {
  const name = routerosName(port);
  // The whole line is spelled out for each setting, so that none is ever put together from what was read.
  switch (setting) {
    case 'auto-on':
      return line`/interface ethernet poe set [find where name="${name}"] poe-out=auto-on`;
    case 'forced-on':
      return line`/interface ethernet poe set [find where name="${name}"] poe-out=forced-on`;
    case 'off':
      return line`/interface ethernet poe set [find where name="${name}"] poe-out=off`;
  }
}

/** Some releases write `power_reset`, some `power-reset`. */
function detectionOf(status: string | undefined): Detection {
  return STATUS.get(status?.replaceAll('_', '-') ?? '') ?? 'unknown(0)';
}

const STATUS: ReadonlyMap<string, Detection> = new Map([
  ['off', 'disabled'],
  ['disabled', 'disabled'],
  ['waiting-for-load', 'searching'],
  ['power-reset', 'searching'],
  ['controller-init', 'searching'],
  ['controller-upgrade', 'searching'],
  ['powered-on', 'deliveringPower'],
  ['overload', 'fault'],
  ['short-circuit', 'fault'],
  // Less than 10 mA: something is plugged in, and it has power from elsewhere.
  ['current-too-low', 'otherFault'],
  ['voltage-too-low', 'otherFault'],
  ['voltage-too-high', 'otherFault'],
  ['controller-error', 'otherFault'],
]);

const ADMIN: ReadonlyMap<string, boolean> = new Map([
  ['auto-on', true],
  ['forced-on', true],
  ['off', false],
]);

function wattsOf(value: number | undefined): Watts | undefined {
  return value === undefined ? undefined : watts(value);
}
