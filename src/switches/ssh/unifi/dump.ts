/** What a UniFi switch tells its controller of itself: `mca-dump`, which is JSON. Not documented; used by many. */
import type { Millis } from '../../../rack/units.ts';
import { seconds } from '../../../rack/units.ts';
import { ETHERNET_CSMACD } from '../../mib/interfaces.ts';
import type { Interface } from '../../port-map.ts';
import type { LinkStatus } from '../../power-state.ts';
import type { SwitchIdentity } from '../../tables.ts';
import { SshAnswerInvalid } from '../errors.ts';

export const DUMP = 'mca-dump';
export const UP_TIME = 'cat /proc/uptime';

type Fields = Readonly<Record<string, unknown>>;

export interface Dump {
  readonly identity: SwitchIdentity;
  /** By the number of the socket, which is the ifIndex too. */
  readonly interfaces: ReadonlyMap<number, Interface>;
  readonly links: ReadonlyMap<number, LinkStatus>;
}

export function parseDump(output: string): Dump {
  let value: unknown;
  try {
    value = JSON.parse(output);
  } catch (error) {
    throw new SshAnswerInvalid(DUMP, (error as Error).message, { cause: error });
  }
  const root = fields(value);
  const of = (key: string) => (typeof root[key] === 'string' ? root[key] : '');
  const ports = Array.isArray(root.port_table) ? root.port_table.map(fields) : [];
  const interfaces = new Map<number, Interface>();
  const links = new Map<number, LinkStatus>();
  for (const port of ports) {
    const number = port.port_idx;
    if (typeof number !== 'number' || !Number.isInteger(number) || number < 1) continue;
    interfaces.set(number, { type: ETHERNET_CSMACD, name: `Port ${number}` });
    links.set(number, port.up === true ? 'up' : port.up === false ? 'down' : 'unknown');
  }
  if (interfaces.size === 0) throw new SshAnswerInvalid(DUMP, 'it lists no port');
  const upTime = typeof root.uptime === 'number' ? seconds(root.uptime) : undefined;
  const model = of('model_display') || of('model');
  const identity = { sysObjectID: '', sysDescr: `${model}, ${of('version')}`, sysName: of('hostname'), upTime };
  return { identity, interfaces, links };
}

/** Seconds since the start, then seconds that the processor was idle. */
export function upTime(output: string): Millis | undefined {
  const passed = /^(\d{1,10}(?:\.\d{1,2})?)\s/.exec(output)?.[1];
  return passed === undefined ? undefined : seconds(Number(passed));
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
