import { piModel } from '../../../pi/models.ts';
import { didYouMean } from '../../nearest.ts';
import { formatPorts, portNumber } from '../../port-range.ts';
import { formatRange } from '../../range.ts';
import type { Path } from '../problem.ts';
import { type CheckContext, counted, entriesOf, type SlotsDraft, switchOf } from './context.ts';

/** Slots among themselves and against the switches and images that they name. */
export function checkSlots(context: CheckContext): void {
  const { draft, report } = context;
  if (draft.slots?.length === 0) report(['slots'], 'there are no slots', 'at least one');
  const slotsSeen = new Map<string, Path>();
  const portsSeen = new Map<string, Path>();
  for (const [index, entry] of entriesOf(draft.slots)) {
    checkLengths(context, index, entry);
    checkSwitchName(context, index, entry);
    checkPorts(context, index, entry);
    checkSimulation(context, index, entry);
    checkNetboot(context, index, entry);
    checkImage(context, ['slots', index, 'image'], entry.image);

    const slotsPath = ['slots', index, 'slots'];
    reportTaken(context, slotsSeen, entry.slots ?? [], slotsPath, (repeated, line) => {
      const numbers = formatRange(repeated.map(Number));
      return [`${counted('slot', numbers)} already given on line ${line}`, 'every slot once'];
    });
    const portsPath = ['slots', index, 'ports'];
    const used = (entry.ports ?? []).map((port) => `${entry.switch} ${port}`);
    if (entry.switch === undefined) continue;
    reportTaken(context, portsSeen, used, portsPath, (repeated, line) => {
      const names = formatPorts(repeated.map((name) => name.slice(name.indexOf(' ') + 1)));
      return [`${entry.switch} ${counted('port', names)} already used on line ${line}`, 'every port once'];
    });
  }
  checkImage(context, ['default_image'], draft.default_image);
}

/** One problem for all values of one entry that the same earlier entry has. */
function reportTaken(
  context: CheckContext,
  seen: Map<string, Path>,
  values: readonly (string | number)[],
  path: Path,
  tell: (repeated: string[], line: number) => readonly [message: string, expected: string],
): void {
  const byOther = new Map<Path, string[]>();
  for (const value of values.map(String)) {
    const other = seen.get(value);
    if (other === undefined) seen.set(value, path);
    else byOther.set(other, [...(byOther.get(other) ?? []), value]);
  }
  for (const [other, repeated] of byOther) context.report(path, ...tell(repeated, context.lineOf(other)));
}

function checkLengths({ report }: CheckContext, index: number, { slots, ports, vlans }: SlotsDraft): void {
  if (slots === undefined) return;
  for (const [key, list] of [
    ['ports', ports],
    ['vlans', vlans],
  ] as const) {
    if (list === undefined || list.length === slots.length) continue;
    const many = slots.length === 1 ? '1 slot has' : `${slots.length} slots have`;
    report(['slots', index, key], `${many} ${list.length} ${key}`, `${slots.length} ${key}, one a slot`);
  }
}

function checkSwitchName({ report, switchNames }: CheckContext, index: number, entry: SlotsDraft): void {
  if (entry.switch === undefined || !switchNames || switchNames.includes(entry.switch)) return;
  const hint = didYouMean(entry.switch, switchNames);
  const names = switchNames.length > 0 ? `one of ${switchNames.join(', ')}` : 'a switch of the list of switches';
  report(['slots', index, 'switch'], `there is no switch ${entry.switch}${hint}`, hint ? '' : names);
}

function checkPorts(context: CheckContext, index: number, entry: SlotsDraft): void {
  const item = switchOf(context, entry.switch);
  if (!item || entry.ports === undefined) return;
  const path = ['slots', index, 'ports'];
  const uplinks = new Set((item.uplinks ?? []).flatMap((names) => names ?? []));
  const wrong = entry.ports.filter((port) => uplinks.has(port));
  if (wrong.length > 0) {
    const message = `${entry.switch} ${counted('port', formatPorts(wrong), ['is an uplink', 'are uplinks'])}`;
    context.report(path, message, 'ports that boards are plugged into');
  }
  const { ports: count } = item;
  if (count === undefined) return;
  const beyond = entry.ports.filter((port) => portNumber(port) > count);
  if (beyond.length > 0) {
    context.report(path, `${entry.switch} has ${count} ports, not ${formatPorts(beyond)}`, `ports up to ${count}`);
  }
}

function checkSimulation({ draft, report, isGiven }: CheckContext, index: number, entry: SlotsDraft): void {
  if (draft.kind === 'real' && entry.simulate !== undefined) {
    report(['slots', index, 'simulate'], 'a real rack simulates no boards', 'kind: virtual, or no simulate', {
      at: 'key',
    });
  }
  if (draft.kind === 'virtual' && !isGiven(['slots', index, 'simulate']) && entry.slots !== undefined) {
    const expected = 'the board to simulate: 3B, 3B+, 4B, qemu or none';
    report(['slots', index, 'slots'], `simulate is missing for slots ${formatRange(entry.slots)}`, expected);
  }
}

/** What boards a real rack has is not in its file: there it is told when a board is heard that cannot do it. */
function checkNetboot({ draft, report }: CheckContext, index: number, { netboot, simulate }: SlotsDraft): void {
  if (netboot !== 'ipv6') return;
  const path = ['slots', index, 'netboot'];
  if ((simulate === '3B' || simulate === '3B+') && !piModel(simulate).netbootIpv6) {
    report(path, `a ${simulate} boots by IPv4 alone`, 'netboot: ipv4, or simulate: 4B, qemu or none');
  }
  if (draft.ipv6?.gateway === 'external') {
    const message = 'boards boot over IPv6 only if the other router’s advertisements say M or O (DHCPv6)';
    report(path, message, 'such a router, or gateway: pirack', { severity: 'warning' });
  }
}

function checkImage({ report, imageNames }: CheckContext, path: Path, name: string | undefined): void {
  if (name === undefined || name === 'none' || !imageNames || imageNames.includes(name)) return;
  const hint = didYouMean(name, [...imageNames, 'none']);
  const names =
    imageNames.length > 0 ? `one of ${imageNames.join(', ')}, or none` : 'none, or an image of the list of images';
  report(path, `there is no image ${name}${hint}`, hint ? '' : names);
}
