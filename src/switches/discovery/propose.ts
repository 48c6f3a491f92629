/** What `pirack switch discover` proposes for a rack file: every guess with why and how sure, no choice made silently. Pure. */

import type { SnmpPlan } from '../../rack/plan.ts';
import { formatPorts } from '../../rack/port-range.ts';
import { formatRange } from '../../rack/range.ts';
import type { Mac } from '../../wire/address.ts';
import { type PortEvidence, weighPorts } from './evidence.ts';
import { proposeSlots } from './propose-slots.ts';
import type { Survey } from './survey.ts';
import { comment, quoted, secretText } from './yaml-text.ts';

export interface ProposalOptions {
  /** What the rack file shall call the switch: letters, digits, dots, hyphens and underscores. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** How it was spoken to; secrets are named, as everywhere. */
  readonly snmp: SnmpPlan;
  /** The controller's own addresses on the trunk. */
  readonly controllerMacs: ReadonlySet<Mac>;
  /** The number of the first slot that is free in the rack. */
  readonly firstSlot: number;
}

export interface Proposal {
  /** Keys `switches` and, where boards were found, `slots` of a rack file. */
  readonly yaml: string;
  /** What a person has to fill in before `pirack check` accepts it, one sentence each. */
  readonly incomplete: readonly string[];
}

/** No supply of a switch gives more, so that it is another unit (research: snmp-poe §1). */
const MOST_WATTS = 5_000;
/** As much as one board may draw: the least that a rack file takes. */
const ONE_BOARD_WATTS = 7;

export function proposeFragment(survey: Survey, options: ProposalOptions): Proposal {
  const ports = weighPorts(survey, options.controllerMacs);
  const uplinks = proposeUplinks(ports, survey);
  const slots = proposeSlots(survey, ports, options);
  const { name, address, port } = options;
  const lines = [
    ...comment(
      `What pirack found at ${address}. Every line is a guess from what the switch says: read it before you use it.`,
    ),
    'switches:',
    ...indent(2, comment(identityText(survey))),
    `  - name: ${quoted(name)}`,
    `    address: ${quoted(address)}`,
    ...(port === 161 ? [] : [`    port: ${port}`]),
    ...indent(4, [...comment('Secrets are named, never written here.'), ...snmpLines(options.snmp)]),
    ...indent(4, driverLines(survey)),
    ...indent(4, uplinks.lines),
    ...indent(4, budgetLines(survey)),
    ...indent(4, reservedLines(survey)),
    ...indent(4, capacityLines(survey, slots.count)),
    ...indent(
      4,
      survey.missing.flatMap((text) => comment(`Not known: ${text}`)),
    ),
    ...slots.lines,
  ];
  return { yaml: `${lines.join('\n')}\n`, incomplete: [...uplinks.incomplete, ...slots.incomplete] };
}

function identityText({ identity, driver }: Survey): string {
  const { sysName, sysDescr, sysObjectID } = identity;
  const told = `sysName ${sysName || 'empty'}, sysObjectID ${sysObjectID || 'empty'}, sysDescr ${sysDescr || 'empty'}`;
  return driver === undefined ? `It says: ${told}` : `${driver.title} (driver ${driver.name}). It says: ${told}`;
}

function snmpLines(snmp: SnmpPlan): string[] {
  if (snmp.version === '2c') return [`snmp: {version: 2c, community: ${secretText(snmp.community)}}`];
  const part = ({ protocol, key }: { readonly protocol: string; readonly key: Parameters<typeof secretText>[0] }) =>
    `{protocol: ${protocol}, key: ${secretText(key)}}`;
  return [
    'snmp:',
    '  version: 3',
    `  user: ${quoted(snmp.user)}`,
    `  auth: ${part(snmp.auth)}`,
    `  priv: ${part(snmp.priv)}`,
  ];
}

/** How it is written is told where it is not over SNMP; the driver itself is found again at every start. */
function driverLines({ driver }: Survey): string[] {
  if (driver === undefined) return comment('It is not known what it is: it would only be read.');
  const { writes } = driver;
  if (typeof writes === 'object') return comment(`It is only read: ${writes.readOnly}`);
  if (writes === 'snmp') return [];
  return [
    ...comment(`It is not written over SNMP. For power and VLANs it needs (${writes}):`),
    '# ssh: {user: pirack, key: {file: PATH}, host_key: "SHA256:…"}',
  ];
}

function proposeUplinks(
  ports: readonly PortEvidence[],
  { tables }: Survey,
): { readonly lines: string[]; readonly incomplete: string[] } {
  const candidates = ports.filter(({ verdict }) => verdict.role === 'uplink');
  // Where one is certain, what is not is a person's to add: an uplink carries the VLANs of all boards.
  const isCertain = candidates.some(({ verdict }) => verdict.sure === 'sure');
  const found = candidates.filter(({ verdict }) => !isCertain || verdict.sure !== 'unsure');
  const named = found.filter(({ name }) => name !== undefined);
  const others = ports.filter(
    (port) => port.verdict.role === 'other' || (candidates.includes(port) && !found.includes(port)),
  );
  const lines = [
    ...comment('Ports that are never written: towards the controller and other switches.'),
    ...found.flatMap((port) => comment(portText(port))),
    ...found
      .filter(({ isAggregate, ifIndex }) => isAggregate && ![...tables.aggregateOf.values()].includes(ifIndex))
      .flatMap(({ label }) => comment(`The switch does not tell which ports are the members of ${label}: add them.`)),
    ...others.flatMap((port) => comment(`Left out. ${portText(port)}`)),
  ];
  if (named.length > 0) {
    const range = formatPorts(named.map(({ name }) => name!));
    const unnamed = found.length - named.length;
    const more =
      unnamed > 0 ? comment(`${unnamed} of them have names that a rack file cannot hold: add them by number.`) : [];
    return { lines: [...lines, ...more, `uplinks: [${quoted(range)}]`], incomplete: [] };
  }
  const dark = ports.filter(
    ({ power, isAggregate, name }) => power === undefined && !isAggregate && name !== undefined,
  );
  const [only] = dark;
  if (only !== undefined && dark.length === 1) {
    const why = comment(`Unsure: nothing was heard on it, but port ${only.label} is the only one without PoE.`);
    return { lines: [...lines, ...why, `uplinks: [${quoted(only.name!)}]`], incomplete: [] };
  }
  const hint = dark.length > 1 ? ` Ports without PoE: ${formatPorts(dark.map(({ name }) => name!))}.` : '';
  const why = `Nothing shows which port leads to the controller: put it here.${hint}`;
  return {
    lines: [...lines, ...comment(why), 'uplinks: []'],
    incomplete: ['uplinks: the port towards the controller is not known'],
  };
}

function budgetLines({ main }: Survey): string[] {
  const { capacity } = main;
  if (capacity === undefined || capacity <= 0) {
    return [
      ...comment(
        `The switch does not say what its supply gives: put the PoE budget of its data sheet here. Until then there is power for one board.`,
      ),
      `budget: ${ONE_BOARD_WATTS} W`,
    ];
  }
  const isMilli = capacity > MOST_WATTS;
  const watts = Math.max(Math.floor(isMilli ? capacity / 1_000 : capacity), ONE_BOARD_WATTS);
  const why = isMilli
    ? `Unsure: the supply says ${capacity} W, which no switch has; taken for milliwatts.`
    : `The supply says ${capacity} W; pirack leaves the headroom of power: free.`;
  return [...comment(why), `budget: ${watts} W`];
}

function reservedLines({ driver }: Survey): string[] {
  if (driver === undefined || driver.reservedVlans.length === 0) return [];
  return [
    ...comment(`VLANs that ${driver.title} keeps for itself.`),
    `reserved_vlans: [${quoted(formatRange(driver.reservedVlans))}]`,
  ];
}

function capacityLines({ vlans }: Survey, slots: number): string[] {
  const most = vlans?.state.capacity.maxVlans;
  const used = vlans?.state.vlans.size ?? 0;
  if (most === undefined || slots + used <= most) return [];
  return comment(`It has room for ${most} VLANs and ${used} of them are there: too few for one VLAN a slot.`);
}

function portText({ label, verdict }: PortEvidence): string {
  return `${verdict.sure}: port ${label}: ${verdict.why.join(', ')}`;
}

function indent(by: number, lines: readonly string[]): string[] {
  return lines.map((line) => ' '.repeat(by) + line);
}
