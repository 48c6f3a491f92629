import { formatRange } from '../../range.ts';
import type { Path } from '../problem.ts';
import { type CheckContext, counted, entriesOf, type SlotsDraft, switchOf } from './context.ts';

/** The trunk, the VLANs and the SSH relay's ports. */
export function checkNetwork(context: CheckContext): void {
  checkTrunk(context);
  checkVlans(context);
  checkSshPorts(context);
}

function checkTrunk({ draft, report, isGiven }: CheckContext): void {
  const name = draft.trunk?.interface;
  if (draft.kind === 'real' && draft.trunk !== undefined && !isGiven(['trunk', 'interface'])) {
    const expected = 'trunk: {interface: eth1}, the interface that carries the VLANs of all slots';
    report(['trunk', 'interface'], 'a real rack needs a trunk interface', expected);
  }
  if (draft.kind === 'virtual' && name !== undefined) {
    const message = 'a virtual rack has no trunk: the interface is not used';
    report(['trunk', 'interface'], message, 'kind: real, or no interface', { at: 'key', severity: 'warning' });
  }
  if (name !== undefined && /^vlan\d+$/.test(name)) {
    report(['trunk', 'interface'], `${name} is the name of a leg`, 'the interface below the legs, such as eth1');
  }
}

/** The VLAN of every slot of an entry; undefined where the file does not say enough. */
export function vlansOf(entry: SlotsDraft, base: number | undefined): readonly number[] | undefined {
  if (entry.vlans !== undefined) return entry.vlans;
  return base === undefined ? undefined : entry.slots?.map((slot) => base + slot);
}

function checkVlans(context: CheckContext): void {
  const { draft, report } = context;
  const seen = new Map<number, Path>();
  for (const [index, entry] of entriesOf(draft.slots)) {
    const vlans = vlansOf(entry, draft.trunk?.vlan_base);
    if (vlans === undefined) continue;
    const path = ['slots', index, entry.vlans === undefined ? 'slots' : 'vlans'];
    const how = entry.vlans === undefined ? `: vlan_base ${draft.trunk?.vlan_base} and the slot number` : '';
    const tell = (wrong: readonly number[], what: string, expected: string) => {
      if (wrong.length > 0) report(path, `${counted('VLAN', formatRange(wrong))} ${what}${how}`, expected);
    };
    tell(
      vlans.filter((vlan) => vlan > 4094),
      'beyond the last VLAN id, 4094',
      'a lower vlan_base',
    );
    tell(
      vlans.filter((vlan) => vlan <= 1),
      'what switches use for ports without a VLAN of their own',
      'VLAN ids from 2 to 4094',
    );
    const reserved = new Set((switchOf(context, entry.switch)?.reserved_vlans ?? []).flatMap((range) => range ?? []));
    tell(
      vlans.filter((vlan) => reserved.has(vlan)),
      `reserved by switch ${entry.switch}`,
      'another vlan_base, or vlans: for these slots',
    );
    const twice = vlans.filter((vlan) => seen.has(vlan));
    const other = seen.get(twice[0] ?? -1);
    // Slots that are given twice share their VLAN, and have been told already.
    const repeatsSlot = entry.vlans === undefined && other?.at(-1) === 'slots';
    if (other && !repeatsSlot) tell(twice, `already used on line ${context.lineOf(other)}`, 'a VLAN for every slot');
    for (const vlan of vlans) if (!seen.has(vlan)) seen.set(vlan, path);
  }
}

function checkSshPorts({ draft, report }: CheckContext): void {
  const base = draft.ssh_port_base;
  if (base === undefined) return;
  const highest = highestSlot(draft.slots);
  if (base + highest > 65535) {
    const message = `ssh_port_base ${base} + slot ${highest} is beyond port 65535`;
    report(['ssh_port_base'], message, `at most ${65535 - highest}`);
  }
}

export function highestSlot(slots: readonly (SlotsDraft | undefined)[] | undefined): number {
  let highest = 0;
  for (const [, entry] of entriesOf(slots)) highest = Math.max(highest, ...(entry.slots ?? []));
  return highest;
}
