/**
 * The proof of a port map by what happens: a board loses its power, and with it exactly one link goes down, exactly one
 * row stops delivering, and exactly the board's MAC is heard no more. No table can say more than that (research: snmp-poe
 * §2). Pure: `before` is read with the board running, `off` once its row reads off, `back` when it is on again.
 */
import type { Mac } from '../../wire/address.ts';
import type { MappedPort, PortMap } from '../port-map.ts';
import type { PortSeen } from '../power-state.ts';
import { delivers, describeSeen } from '../power-state.ts';

/** One look at the whole switch. */
export interface Witnesses {
  /** ifOperStatus by ifIndex. What is no socket of the faceplate is not looked at: VLAN interfaces follow their ports. */
  readonly links: ReadonlyMap<number, string>;
  /** By PoE row. */
  readonly power: ReadonlyMap<string, Pick<PortSeen, 'admin' | 'detection'>>;
  /** Interfaces on which each MAC was learned; undefined where the switch does not tell. */
  readonly heard: ReadonlyMap<Mac, readonly number[]> | undefined;
}

export interface Experiment {
  readonly map: PortMap;
  readonly port: MappedPort;
  /** The board's, if it was ever seen: without it whatever is heard on its port before. */
  readonly mac: Mac | undefined;
}

/** `saw`: what was seen, one sentence each. */
export type Proof =
  | { readonly proven: true; readonly saw: readonly string[] }
  | { readonly proven: false; readonly why: string };

const not = (why: string): Proof => ({ proven: false, why });

/** Whether the experiment can prove anything; undefined: begin. Taking power from a dark port proves nothing. */
export function unfitToBegin({ map, port, mac }: Experiment, before: Witnesses): string | undefined {
  const power = before.power.get(port.row);
  if (power === undefined) return `PoE row ${port.row} was not read`;
  if (delivers(power.detection) !== true) {
    return `port ${port.label} delivers no power before (${describeSeen({ ...power, denied: undefined })})`;
  }
  const link = before.links.get(port.ifIndex);
  if (link !== 'up') return `the link of port ${port.label} is ${link ?? 'not told'} before: boot the board first`;
  if (before.heard === undefined) return undefined;
  if (expectedMacs({ map, port, mac }, before).length === 0) {
    return `nothing is heard on port ${port.label} before: boot the board first`;
  }
  const on = mac === undefined ? [port.ifIndex] : heardOn(map, before, mac);
  if (on.includes(port.ifIndex)) return undefined;
  if (on.length === 0) return `the board ${mac} is not heard on port ${port.label}: boot it first`;
  return `the board ${mac} is heard on port ${named(map, on)}, not on ${port.label}`;
}

/** The verdict on the readings before and without power; `back`, where it was read, has to bring everything home. */
export function judgePhysics(experiment: Experiment, before: Witnesses, off: Witnesses, back?: Witnesses): Proof {
  const unfit = unfitToBegin(experiment, before);
  if (unfit !== undefined) return not(unfit);
  const failure =
    judgePower(experiment, before, off) ??
    judgeLinks(experiment, before, off) ??
    judgeHeard(experiment, before, off) ??
    (back && judgeBack(experiment, before, back));
  if (failure !== undefined) return not(failure);
  const { port } = experiment;
  const macs = before.heard && expectedMacs(experiment, before);
  return {
    proven: true,
    saw: [
      `row ${port.row} alone stopped delivering`,
      `the link of ${port.label} alone went down`,
      macs
        ? `${macs.join(', ')} alone was heard no more`
        : 'the switch does not tell what it hears: links and power had to do',
      ...(back ? [`${port.label} came back`] : []),
    ],
  };
}

function judgePower({ port }: Experiment, before: Witnesses, off: Witnesses): string | undefined {
  const now = off.power.get(port.row);
  if (now === undefined || delivers(now.detection) !== false) {
    return `row ${port.row} did not stop delivering${now ? ` (${describeSeen({ ...now, denied: undefined })})` : ''}`;
  }
  const others = [...before.power].flatMap(([row, { detection }]) =>
    row !== port.row && delivers(detection) === true && delivers(off.power.get(row)?.detection ?? 'unknown(0)') !== true
      ? [row]
      : [],
  );
  if (others.length === 0) return undefined;
  return `${list('row', others)} stopped delivering too: try again while nothing else is switched`;
}

function judgeLinks({ map, port }: Experiment, before: Witnesses, off: Witnesses): string | undefined {
  const dropped = [...map.sockets].filter(
    ([ifIndex]) => before.links.get(ifIndex) === 'up' && off.links.get(ifIndex) !== 'up',
  );
  const others = dropped.flatMap(([ifIndex, name]) => (ifIndex === port.ifIndex ? [] : [name]));
  if (dropped.length === others.length) {
    const instead = others.length > 0 ? `, and ${list('the link of', others)} went down instead` : '';
    const cause = others.length > 0 ? '' : ': row and port are not the same socket, or the board has other power';
    return `the link of ${port.label} is still up without power${instead}${cause}`;
  }
  if (others.length === 0) return undefined;
  return `${list('the link of', others)} went down too: try again while no other board boots`;
}

function judgeHeard(experiment: Experiment, before: Witnesses, off: Witnesses): string | undefined {
  if (before.heard === undefined) return undefined;
  if (off.heard === undefined) return 'what the switch hears could not be read without power';
  const { map, port } = experiment;
  for (const mac of expectedMacs(experiment, before)) {
    const on = heardOn(map, off, mac);
    if (on.includes(port.ifIndex)) {
      return `${mac} is still listed on ${port.label}, whose link is down: the switch forgets late, look again when it has`;
    }
    if (on.length > 0) return `${mac} is heard on port ${named(map, on)} while the board has no power`;
  }
  return undefined;
}

function judgeBack(experiment: Experiment, before: Witnesses, back: Witnesses): string | undefined {
  const { map, port } = experiment;
  const link = back.links.get(port.ifIndex);
  if (link !== 'up') return `the link of ${port.label} is ${link ?? 'not told'} with power back`;
  for (const mac of before.heard && back.heard ? expectedMacs(experiment, before) : []) {
    const on = heardOn(map, back, mac);
    if (on.length > 0 && !on.includes(port.ifIndex)) {
      return `${mac} came back on port ${named(map, on)}, not on ${port.label}`;
    }
  }
  return undefined;
}

/** The board's MAC, or all that is heard on its port. */
function expectedMacs({ port, mac }: Experiment, before: Witnesses): readonly Mac[] {
  if (mac !== undefined) return [mac];
  return [...(before.heard ?? [])].flatMap(([heard, on]) => (on.includes(port.ifIndex) ? [heard] : []));
}

/** Sockets on which a MAC is heard: aggregates and the switch itself are none. */
function heardOn({ sockets }: PortMap, { heard }: Witnesses, mac: Mac): readonly number[] {
  return (heard?.get(mac) ?? []).filter((ifIndex) => sockets.has(ifIndex));
}

function named({ sockets }: PortMap, ifIndexes: readonly number[]): string {
  return ifIndexes.map((ifIndex) => sockets.get(ifIndex)).join(', ');
}

function list(what: string, names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return `${what} ${shown}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;
}
