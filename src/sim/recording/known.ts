/** Overlays for recordings whose power rows are known, by the name of the file: what the pollers did not ask for is made up. */
import type { MibValue } from '../switch/mib.ts';
import { isWithin } from './oid.ts';
import type { Overlay } from './overlay.ts';
import type { PoeColumns, RecordedPort } from './poe.ts';
import { poeOverlay } from './poe.ts';
import type { Recording } from './recording.ts';

/** RFC 3621: pethPsePortAdminEnable is a TruthValue. */
const PETH_ADMIN = { column: '1.3.6.1.2.1.105.1.1.1.3', on: 1, off: 2 } as const;
const PETH_DETECTION = { column: '1.3.6.1.2.1.105.1.1.1.6', disabled: 1, searching: 2, delivering: 3 } as const;
const FAULT = 4;

const PETH: PoeColumns = { admin: [PETH_ADMIN], detection: PETH_DETECTION };

const CISCO_SB = '1.3.6.1.4.1.9.6.1.101.108.1.1';
const RADLAN = '1.3.6.1.4.1.89.108.1.1';
const LINKSYS = '1.3.6.1.4.1.3955.1000.201.108.1.1';
const NETGEAR = '1.3.6.1.4.1.4526.10.15.1.1.1';
const HUAWEI = '1.3.6.1.4.1.2011.5.25.195.3.1';
const TP_LINK = '1.3.6.1.4.1.11863.6.56.1.1.2.1.1';
const CISCO_EXT = '1.3.6.1.4.1.9.9.402.1.2.1';
const ENT_ALIAS = '1.3.6.1.2.1.47.1.3.2.1.2';
const TP_LINK_FIRST_IF = 49_153;

const lastArc = (index: string) => Number(index.slice(index.lastIndexOf('.') + 1));

/** Rows of one column by index. */
function columnOf({ rows }: Recording, column: string): Map<string, MibValue> {
  const found = rows.filter(({ oid }) => isWithin(column, oid));
  return new Map(found.map(({ oid, value }) => [oid.slice(column.length + 1), value]));
}

/** Ports whose detection was not recorded: a port that drew power delivered it. */
function byWatts(column: string, ifIndex: (index: string) => number) {
  return (recording: Recording): RecordedPort[] =>
    [...columnOf(recording, column)].map(([index, watts]) => ({
      index,
      admin: true,
      detection: Number(watts) > 0 ? PETH_DETECTION.delivering : PETH_DETECTION.searching,
      ifIndex: ifIndex(index),
    }));
}

/** Ports of which the admin state was recorded. Where the detection was not, a port that drew power delivered it. */
function recorded(
  { admin: [admin], detection, watts }: PoeColumns,
  ifIndex: (index: string, recording: Recording) => number | undefined,
) {
  return (recording: Recording): RecordedPort[] => {
    const detections = columnOf(recording, detection?.column ?? admin!.column);
    const drawn = watts === undefined ? new Map<string, MibValue>() : columnOf(recording, watts);
    return [...columnOf(recording, admin!.column)].map(([index, value]) => {
      const on = value !== admin!.off;
      const { delivering, searching, disabled } = detection ?? PETH_DETECTION;
      const lit = Number(drawn.get(index) ?? 0) > 0 ? delivering : searching;
      const status = Number(detections.get(index) ?? (on ? lit : disabled));
      return { index, admin: on, detection: status, ifIndex: ifIndex(index, recording) };
    });
  };
}

/** A port that its user switched off, and one that is overloaded, say so in words only. */
function ciscoSmallBusiness(recording: Recording): RecordedPort[] {
  const words = columnOf(recording, `${CISCO_SB}.8`);
  return byWatts(
    `${CISCO_SB}.5`,
    lastArc,
  )(recording).map((port) => {
    const text = String(words.get(port.index) ?? '');
    if (text.includes('User setting')) return { ...port, admin: false, detection: PETH_DETECTION.disabled };
    return text.includes('Overload') ? { ...port, detection: FAULT } : port;
  });
}

/** cpeExtPsePortEntPhyIndex and entAliasMappingIdentifier. */
function ciscoIfIndex(index: string, recording: Recording): number | undefined {
  const value = (oid: string) => recording.rows.find((row) => row.oid === oid)?.value;
  const alias = value(`${ENT_ALIAS}.${value(`${CISCO_EXT}.11.${index}`)}.0`);
  return typeof alias === 'string' ? lastArc(alias) : undefined;
}

const NETGEAR_COLUMNS: PoeColumns = { ...PETH, watts: `${NETGEAR}.2` };
const LINKSYS_COLUMNS: PoeColumns = { ...PETH, watts: `${LINKSYS}.5` };
const HUAWEI_COLUMNS: PoeColumns = { admin: [{ column: `${HUAWEI}.3`, on: 1, off: 2 }], watts: `${HUAWEI}.10` };
const TP_LINK_COLUMNS: PoeColumns = {
  admin: [{ column: `${TP_LINK}.2`, on: 1, off: 0 }],
  detection: { column: `${TP_LINK}.11`, disabled: 0, searching: 0, delivering: 2 },
  watts: `${TP_LINK}.7`,
};
const CISCO_COLUMNS: PoeColumns = {
  // cpeExtPsePortEnable: auto, static, limit, disable.
  admin: [PETH_ADMIN, { column: `${CISCO_EXT}.1`, on: 1, off: 4, all: [1, 2, 3, 4] }],
  detection: PETH_DETECTION,
  watts: `${CISCO_EXT}.9`,
};

const KNOWN: Readonly<Record<string, () => Overlay>> = Object.freeze({
  'cisco-c3750-48ps-stack3': () => poeOverlay(CISCO_COLUMNS, recorded(CISCO_COLUMNS, ciscoIfIndex)),
  'cisco-cbs350-24p-4x-stack2': () => poeOverlay({ ...PETH, watts: `${CISCO_SB}.5` }, ciscoSmallBusiness),
  'cisco-cbs250-24p-4x': () => poeOverlay({ ...PETH, watts: `${CISCO_SB}.5` }, byWatts(`${CISCO_SB}.5`, lastArc)),
  'linksys-lgs318p': () => poeOverlay(LINKSYS_COLUMNS, recorded(LINKSYS_COLUMNS, lastArc)),
  'eltex-mes2324p': () => poeOverlay({ ...PETH, watts: `${RADLAN}.5` }, byWatts(`${RADLAN}.5`, lastArc)),
  'netgear-gsm7252ps-s2': () => poeOverlay(NETGEAR_COLUMNS, recorded(NETGEAR_COLUMNS, lastArc)),
  'huawei-s5720-56c-pwr': () => poeOverlay(HUAWEI_COLUMNS, recorded(HUAWEI_COLUMNS, lastArc)),
  'tplink-sg2218p': () =>
    poeOverlay(
      TP_LINK_COLUMNS,
      recorded(TP_LINK_COLUMNS, (index) => TP_LINK_FIRST_IF - 1 + lastArc(index)),
    ),
  'microsemi-midspan': () =>
    poeOverlay(
      PETH,
      recorded(PETH, () => undefined),
    ),
});

/** Undefined where nothing is known of the power of that recording. `file` may be a path. */
export function knownOverlay(file: string): Overlay | undefined {
  const name = file.slice(file.lastIndexOf('/') + 1).replace(/(\.assembled)?(\.snmprec)?$/, '');
  return Object.hasOwn(KNOWN, name) ? KNOWN[name]!() : undefined;
}

export const KNOWN_RECORDINGS: readonly string[] = Object.keys(KNOWN);
