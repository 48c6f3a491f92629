/** What RouterOS says of itself and its interfaces. */
import type { Millis } from '../../../rack/units.ts';
import { seconds } from '../../../rack/units.ts';
import { ETHERNET_CSMACD } from '../../mib/interfaces.ts';
import type { Interface } from '../../port-map.ts';
import type { LinkStatus } from '../../power-state.ts';
import type { SwitchIdentity } from '../../tables.ts';
import { SshAnswerInvalid } from '../errors.ts';
import { rowsOf } from './script.ts';
import { flag, idNumber, rows, text } from './values.ts';

export const UP_TIME = ':put [:tostr [/system resource get uptime]]';
export const INTERFACES = rowsOf('/interface');
export const IDENTITY = [
  ':put [:serialize to=json value={"name"=[/system identity get name]; "board"=[/system resource get board-name]; "version"=[/system resource get version]}]',
  UP_TIME,
] as const;

/** `3w4d05:06:07`, or the same without weeks and days. */
export function upTime(line: string): Millis | undefined {
  const parts = /^(?:(\d{1,4})w)?(?:(\d{1,2})d)?(\d{1,2}):(\d{2}):(\d{2})$/.exec(line);
  if (!parts) return undefined;
  const [weeks, days, hours, minutes, rest] = parts.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return seconds((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + rest);
}

/** `sysObjectID` is SNMP's, and no command tells it. */
export function identity([json, booted]: readonly string[]): SwitchIdentity {
  const [row] = rows(json ?? '', 'what it is');
  const of = (key: string) => (row && text(row, key)) ?? '';
  return {
    sysObjectID: '',
    sysDescr: `RouterOS ${of('version')} ${of('board')}`.trim(),
    sysName: of('name'),
    upTime: upTime(booted ?? ''),
  };
}

export interface RosInterface extends Interface {
  readonly link: LinkStatus;
}

/** ifType: what cannot have a PoE port is told apart from what can. */
const TYPES: ReadonlyMap<string, number> = new Map([
  ['ether', ETHERNET_CSMACD],
  ['bond', 161],
]);
const VIRTUAL = 53;

/** By ifIndex, which is the internal id. */
export function interfaces(json: string): ReadonlyMap<number, RosInterface> {
  const what = '/interface';
  const found = new Map<number, RosInterface>();
  for (const row of rows(json, what)) {
    const [name, index] = [text(row, 'name'), idNumber(row)];
    if (name === undefined || index === undefined) continue;
    const type = TYPES.get(text(row, 'type') ?? '') ?? VIRTUAL;
    const running = flag(row, 'running');
    found.set(index, { name, type, link: running === undefined ? 'unknown' : running ? 'up' : 'down' });
  }
  if (found.size === 0) throw new SshAnswerInvalid(what, 'it lists no interface');
  return found;
}
