/**
 * VLANs of Cisco IOS: vtpVlanTable is what there is, vtpVlanEditTable a buffer that one manager at a time copies, changes
 * and applies (CISCO-VTP-MIB). Applying goes to flash and takes its time.
 */
import type { Timer } from '../../../rack/clock.ts';
import { millis } from '../../../rack/units.ts';
import type { BridgeVlan } from '../bridge.ts';
import type { SwitchParts } from '../groups.ts';
import type { Change, MibPart, Refusal, Together } from '../mib.ts';
import { STATUS, TAG } from '../mib.ts';
import { among, upTo } from '../objects/checks.ts';
import type { Column } from '../table.ts';
import { fixedRows, table } from '../table.ts';
import { ROW_STATUS } from '../vlan-edits.ts';

const VTP = '1.3.6.1.4.1.9.9.46.1';
/** The one management domain. */
const DOMAIN = '1';
const APPLY_TIME = millis(700);

/** vtpVlanEditOperation. */
const [NONE, COPY, APPLY, RELEASE] = [1, 2, 3, 4];
/** vtpVlanApplyStatus. */
const [IN_PROGRESS, SUCCEEDED] = [1, 2];
/** vtpVlanType. */
const ETHERNET = 1;
/** VLANs of fddi, tokenRing, fddiNet and trNet, which nobody can take away: 1002 to 1005. */
const OLD_MEDIA = [2, 3, 4, 5].map((type, place) => ({ id: 1_002 + place, name: `media-${type}`, type }));

export type VtpMode = 'client' | 'server' | 'transparent';
const VTP_MODES: Readonly<Record<VtpMode, number>> = { client: 1, server: 2, transparent: 3 };

interface VlanRow {
  readonly id: number;
  readonly name: string;
  readonly type: number;
}

export function vtpObjects(parts: SwitchParts, mode: VtpMode): MibPart[] {
  const { bridge, control, configuration, options } = parts;
  /** The buffer, while somebody has it. */
  let buffer: Map<number, VlanRow> | undefined;
  let owner: Buffer = Buffer.alloc(0);
  const own = (by: Buffer) => {
    owner = by;
  };
  let applyStatus = SUCCEEDED;
  let applying: Timer | undefined;
  let version = 0;
  // A restart loses the buffer, and what is being applied.
  configuration.include(() => () => {
    applying?.cancel();
    buffer = undefined;
    own(Buffer.alloc(0));
    applyStatus = SUCCEEDED;
    version += 1;
  });

  const present = (): VlanRow[] => [
    ...[...control.accepted.vlans].map(([id, { name }]) => ({ id, name, type: ETHERNET })),
    ...OLD_MEDIA,
  ];
  const apply = () => {
    const wanted = new Map([...(buffer ?? [])].filter(([, { type }]) => type === ETHERNET));
    applyStatus = IN_PROGRESS;
    applying = options.clock.after(APPLY_TIME, () => {
      applyStatus = SUCCEEDED;
      const none = new Set<number>();
      const vlans = [...wanted].map(([id, { name }]): [number, BridgeVlan] => {
        const there = control.accepted.vlans.get(id);
        return [id, there ? { ...there, name } : { name, egress: none, untagged: none, forbidden: none, active: true }];
      });
      control.accept({ ...control.accepted, vlans: new Map(vlans) });
    });
  };
  const operate = (operation: number, place: number): Refusal | (() => void) => {
    const refuse = { errorStatus: STATUS.inconsistentValue, place };
    if (operation === COPY && (buffer || mode === 'client')) return refuse;
    if (operation === APPLY && (!buffer || applyStatus === IN_PROGRESS)) return refuse;
    return () => {
      version += 1;
      if (operation === COPY) buffer = new Map(present().map((row) => [row.id, row]));
      if (operation === APPLY) apply();
      if (operation === RELEASE) [buffer, owner] = [undefined, Buffer.alloc(0)];
    };
  };
  const operating: Together = {
    prepare(changes) {
      const acts: (() => void)[] = [];
      for (const { object, value, place } of changes) {
        const act = object.oid.endsWith('.1') ? operate(Number(value), place) : () => own(value as Buffer);
        if (typeof act !== 'function') return act;
        acts.push(act);
      }
      return () => {
        for (const act of acts) act();
      };
    },
  };
  const edit: Together = {
    prepare(changes) {
      const next = new Map(buffer);
      for (const id of new Set(changes.map(({ index }) => Number(index.split('.')[1])))) {
        const own = changes.filter(({ index }) => index === `${DOMAIN}.${id}`);
        const refusal = buffer
          ? editRow(next, id, own)
          : { errorStatus: STATUS.inconsistentValue, place: own[0]?.place ?? 1 };
        if (refusal) return refusal;
      }
      return () => {
        version += 1;
        buffer = next;
      };
    },
  };
  const byVlan = (rows: readonly VlanRow[]) => rows.map((row) => [`${DOMAIN}.${row.id}`, row] as const);
  const said = ({ id }: VlanRow) => {
    const octets = Buffer.alloc(4);
    octets.writeUInt32BE(100_000 + id);
    return octets;
  };
  const cell = (arc: number, tag: number, read: Column<VlanRow>['read']): Column<VlanRow> => ({ arc, tag, read });
  const domain = fixedRows([[DOMAIN, undefined]]);
  return [
    // managementDomainLocalMode
    table(`${VTP}.2.1.1`, domain, [{ arc: 3, tag: TAG.Integer32, read: () => VTP_MODES[mode] }]),
    // vtpVlanState operational, Type, Name, Dot10Said
    table<VlanRow>(`${VTP}.3.1.1`, { version: () => bridge.version, entries: () => byVlan(present()) }, [
      cell(2, TAG.Integer32, () => 1),
      cell(3, TAG.Integer32, ({ type }) => type),
      cell(4, TAG.OctetString, ({ name }) => Buffer.from(name)),
      cell(6, TAG.OctetString, said),
    ]),
    // vtpVlanEditOperation, ApplyStatus, EditBufferOwner
    table(`${VTP}.4.1.1`, domain, [
      {
        arc: 1,
        tag: TAG.Integer32,
        check: among(COPY, APPLY, RELEASE),
        together: operating,
        read: () => (buffer ? COPY : NONE),
      },
      { arc: 2, tag: TAG.Integer32, read: () => applyStatus },
      { arc: 3, tag: TAG.OctetString, check: upTo(255), together: operating, read: () => owner },
    ]),
    // vtpVlanEditType, Name, Dot10Said, RowStatus
    table<VlanRow>(`${VTP}.4.2.1`, { version: () => version, entries: () => byVlan([...(buffer?.values() ?? [])]) }, [
      { ...cell(3, TAG.Integer32, ({ type }) => type), check: among(ETHERNET), together: edit },
      { ...cell(4, TAG.OctetString, ({ name }) => Buffer.from(name)), check: upTo(32), together: edit },
      { ...cell(6, TAG.OctetString, said), check: upTo(4), together: edit },
      {
        ...cell(11, TAG.Integer32, () => ROW_STATUS.active),
        check: among(...Object.values(ROW_STATUS)),
        together: edit,
      },
    ]),
  ];
}

function editRow(rows: Map<number, VlanRow>, id: number, changes: readonly Change[]): Refusal | undefined {
  const of = (arc: number) => changes.find(({ object }) => object.oid.endsWith(`.${arc}`));
  const place = changes[0]?.place ?? 1;
  const status = of(11)?.value;
  const name = of(4)?.value;
  if (!Number.isInteger(id) || id < 1 || id > 4_094) return { errorStatus: STATUS.noCreation, place };
  if (status === ROW_STATUS.destroy) {
    if (id === 1 || OLD_MEDIA.some((old) => old.id === id)) return { errorStatus: STATUS.inconsistentValue, place };
    rows.delete(id);
    return undefined;
  }
  if (status === ROW_STATUS.createAndGo) {
    // A name and the 802.10 id are asked for: without them the row would not be complete.
    if (rows.has(id) || !of(6)) return { errorStatus: STATUS.inconsistentValue, place };
    rows.set(id, { id, name: name === undefined ? `VLAN${id}` : String(name), type: ETHERNET });
    return undefined;
  }
  const there = rows.get(id);
  if (!there || status !== undefined) return { errorStatus: STATUS.inconsistentName, place };
  if (name !== undefined) rows.set(id, { ...there, name: String(name) });
  return undefined;
}
