/** The slots of a proposal: a run of ports that look alike is one entry. Pure. */
import { formatPorts, parsePorts } from '../../rack/port-range.ts';
import { formatRange } from '../../rack/range.ts';
import type { VlanId } from '../../rack/units.ts';
import type { PortEvidence } from './evidence.ts';
import type { ProposalOptions } from './propose.ts';
import type { Survey } from './survey.ts';
import { comment, quoted } from './yaml-text.ts';

export interface SlotsProposal {
  readonly lines: readonly string[];
  readonly incomplete: readonly string[];
  readonly count: number;
}

interface Run {
  readonly ports: PortEvidence[];
  readonly role: 'slot' | 'maybe-slot';
}

/** A rack file has no more slots than this. */
const LAST_SLOT = 4_093;

export function proposeSlots(survey: Survey, ports: readonly PortEvidence[], options: ProposalOptions): SlotsProposal {
  const found = ports.filter(({ verdict }) => verdict.role === 'slot' || verdict.role === 'maybe-slot');
  const named = found.filter(({ name }) => name !== undefined);
  const nameless = found.filter(({ name }) => name === undefined);
  const refused = 'refused' in survey.map ? survey.map.refused : [];
  const notes = [
    ...refused.flatMap((why) => comment(`Which PoE row is which port is not proven: ${why}`)),
    ...(refused.length > 0
      ? comment(`Nothing can be switched until port_map: of the switch says so. ${fedRows(survey)}`)
      : []),
    ...(survey.located.doubt === undefined
      ? []
      : comment(`MACs may be on other ports than shown: ${survey.located.doubt}`)),
    ...nameless.flatMap(({ label, verdict }) =>
      comment(`Port ${label} has a name that a rack file cannot hold: ${verdict.why.join(', ')}`),
    ),
  ];
  const sure = named.filter(({ verdict }) => verdict.role === 'slot');
  if (sure.length === 0) {
    const lines = ['', ...comment('No port was found on which a board is.'), ...notes];
    return {
      lines: [...lines, ...entries(named, options, undefined)],
      incomplete: ['slots: no board was found'],
      count: 0,
    };
  }
  const own = ownVlans(sure, survey);
  return {
    lines: ['', ...isolationNotes(own, sure, survey), ...notes, 'slots:', ...entries(named, options, own)],
    incomplete: options.firstSlot + sure.length - 1 > LAST_SLOT ? [`slots: there are ${LAST_SLOT} at most`] : [],
    count: sure.length,
  };
}

function fedRows({ power }: Survey): string {
  const fed = power.filter(({ detection }) => detection === 'deliveringPower').map(({ row }) => row);
  return fed.length === 0 ? 'No PoE row delivers now.' : `PoE rows that deliver now: ${fed.join(', ')}.`;
}

/** Entries in the order of the ports; slots are counted on, and what may be no board is a comment. */
function entries(
  ports: readonly PortEvidence[],
  options: ProposalOptions,
  own: ReadonlyMap<PortEvidence, VlanId> | undefined,
): string[] {
  let slot = options.firstSlot;
  return runs(ports).flatMap((run): string[] => {
    const range = formatPorts(run.ports.map(({ name }) => name!));
    const why = run.ports.flatMap(({ label, verdict }) =>
      comment(`${verdict.sure}: port ${label} ${verdict.why.join(', ')}`),
    );
    const numbers = run.ports.map((_, place) => slot + place);
    const vlans = own === undefined ? '' : `, vlans: ${quoted(formatRange(run.ports.map((port) => own.get(port)!)))}`;
    const entry = (slots: string) => `{slots: ${slots}, switch: ${quoted(options.name)}, ports: ${quoted(range)}`;
    if (run.role === 'maybe-slot') return indent([...why, `# - ${entry('?')}}`]);
    slot += run.ports.length;
    return indent([...why, `- ${entry(quoted(formatRange(numbers)))}${vlans}}`]);
  });
}

/**
 * Neighbours of one role and one prefix. A range counts upwards, and so do slots and VLANs: where one of them would not,
 * a new run begins.
 */
function runs(ports: readonly PortEvidence[]): Run[] {
  const all: Run[] = [];
  for (const port of ports) {
    const role = port.verdict.role === 'slot' ? 'slot' : 'maybe-slot';
    const last = all.at(-1);
    if (last !== undefined && last.role === role && follows(last.ports, port)) last.ports.push(port);
    else all.push({ ports: [port], role });
  }
  return all;
}

function follows(run: readonly PortEvidence[], port: PortEvidence): boolean {
  const names = [...run, port].map(({ name }) => name!);
  return names.join() === parsePorts(formatPorts(names)).join();
}

/** The VLAN of each port, where every one is alone in a VLAN of its own already; undefined otherwise. */
function ownVlans(ports: readonly PortEvidence[], survey: Survey): ReadonlyMap<PortEvidence, VlanId> | undefined {
  const { vlans, driver } = survey;
  if (vlans === undefined) return undefined;
  const own = new Map<PortEvidence, VlanId>();
  for (const port of ports) {
    const [vlan, ...more] = port.vlan?.untagged ?? [];
    const members = vlan === undefined ? undefined : vlans.state.vlans.get(vlan);
    if (vlan === undefined || vlan <= 1 || members === undefined || more.length > 0 || port.vlan?.tagged !== 0)
      return undefined;
    if (members.untagged.size !== 1 || driver?.reservedVlans.includes(vlan)) return undefined;
    own.set(port, vlan);
  }
  // A range of VLANs counts upwards as the slots do.
  const list = [...own.values()];
  return list.every((vlan, place) => place === 0 || vlan > list[place - 1]!) ? own : undefined;
}

function isolationNotes(
  own: ReadonlyMap<PortEvidence, VlanId> | undefined,
  ports: readonly PortEvidence[],
  { vlans }: Survey,
): string[] {
  if (own !== undefined) return comment('Every one of these ports is alone in a VLAN of its own already.');
  if (vlans === undefined) return comment('VLANs of the switch are not known.');
  const shared = new Set(ports.flatMap((port) => port.vlan?.untagged ?? []));
  const which = shared.size === 0 ? 'none that is known' : formatRange(shared);
  return comment(
    `These ports are not isolated from each other now (VLANs ${which}): boards get no power until they are. With isolation: managed on the switch pirack makes it so.`,
  );
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
