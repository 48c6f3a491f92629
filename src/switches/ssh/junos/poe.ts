/** PoE ports of Junos: `show poe interface`, and the lines that switch them. */
import type { Watts } from '../../../rack/units.ts';
import { watts } from '../../../rack/units.ts';
import type { Detection } from '../../power-state.ts';
import type { MainPower } from '../../tables.ts';
import { SshAnswerInvalid } from '../errors.ts';
import type { ReadPort } from '../ports.ts';
import { junosPort, line } from '../words.ts';
import type { XmlElement } from './xml.ts';
import { all, textOf } from './xml.ts';

/** Its row is as pethPsePortTable of this family has it: member plus one, port plus one. */
export interface PoePort extends ReadPort {
  readonly name: string;
}

const WHAT = 'show poe interface';

/** By row. Ports that are not on the first card of their member have no place in the numbering, and no PoE either. */
export function poePorts(reply: XmlElement): ReadonlyMap<string, PoePort> {
  const found = new Map<string, PoePort>();
  for (const element of all(reply, 'interface-information')) {
    const name = textOf(element, 'interface-name');
    const row = name === undefined ? undefined : rowOf(name);
    if (name === undefined || row === undefined) continue;
    const same = found.get(row);
    if (same) throw new SshAnswerInvalid(WHAT, `${same.name} and ${name} are the same row ${row}`);
    const admin = ADMIN.get(textOf(element, 'interface-enabled')?.toLowerCase() ?? '');
    const detection = detectionOf(textOf(element, 'interface-status'));
    found.set(row, {
      name,
      row,
      admin,
      detection,
      powerClass: detection === 'deliveringPower' ? classOf(textOf(element, 'interface-class')) : undefined,
      watts: wattsOf(textOf(element, 'interface-power')),
    });
  }
  // A switch without PoE answers with an error; an empty table is one that was cut short.
  if (found.size === 0) throw new SshAnswerInvalid(WHAT, 'it lists no port');
  return found;
}

export function mainPower(reply: XmlElement): MainPower {
  const controllers = all(reply, 'controller-information');
  const sum = (name: string) => {
    const values = controllers.map((element) => wattsOf(textOf(element, name))).filter((value) => value !== undefined);
    return values.length === 0 ? undefined : watts(values.reduce((total, value) => total + value, 0));
  };
  return { consumption: sum('controller-power'), capacity: sum('controller-maxpower') };
}

/** A port that was never mentioned in the configuration has no PoE, so it is mentioned before it is enabled. */
export function powerLines(ports: readonly string[], on: boolean): string[] {
  return ports
    .map(junosPort)
    .flatMap((port) =>
      on
        ? [line`set poe interface ${port}`, line`delete poe interface ${port} disable`]
        : [line`set poe interface ${port} disable`],
    );
}

function rowOf(name: string): string | undefined {
  const parts = /^(?:fe|ge|mge)-(\d{1,2})\/0\/(\d{1,3})$/.exec(name);
  return parts ? `${Number(parts[1]) + 1}.${Number(parts[2]) + 1}` : undefined;
}

const ADMIN: ReadonlyMap<string, boolean> = new Map([
  ['enabled', true],
  ['disabled', false],
]);

function detectionOf(status: string | undefined): Detection {
  switch (status?.toUpperCase()) {
    case 'ON':
      return 'deliveringPower';
    case 'OFF':
      return 'searching';
    case 'DISABLED':
      return 'disabled';
    default:
      return /FAULT/i.test(status ?? '') ? 'fault' : 'unknown(0)';
  }
}

/** `4`, or `5/-` of a port that can tell two signatures apart. */
function classOf(text: string | undefined): string | undefined {
  const number = /^\d/.exec(text ?? '')?.[0];
  return number === undefined ? undefined : `class${number}`;
}

function wattsOf(text: string | undefined): Watts | undefined {
  const amount = /^(\d{1,5}(?:\.\d{1,3})?)\s*W$/.exec(text ?? '')?.[1];
  return amount === undefined ? undefined : watts(Number(amount));
}
