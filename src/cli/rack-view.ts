import type { SlotView, StatusView, Summary } from '../api/control/protocol.ts';

/** Milestones as a person reads them in a narrow column. */
const SHORT: Readonly<Record<string, string>> = {
  power_on: 'power on',
  discover: 'discover',
  offer: 'offer',
  first_request: 'tftp',
  firmware_sent: 'firmware',
  kernel_sent: 'kernel',
  kernel_dhcp: 'dhcp',
  root_mounted: 'root',
  ssh_up: 'ssh up',
};

/** SGR colours by what a person should think of it: fine, under way, look here. */
const COLOUR: Readonly<Record<SlotView['condition'], number>> = {
  up: 32,
  booting: 36,
  queued: 90,
  switching: 90,
  off: 90,
  empty: 90,
  unassigned: 33,
  unreachable: 33,
  quarantined: 31,
};

/** Where a slot stands, in at most twelve characters. */
export function shortState(slot: SlotView): string {
  if (slot.condition !== 'booting') return slot.condition;
  return slot.stage === null ? 'booting' : (SHORT[slot.stage] ?? slot.stage);
}

export function paint(text: string, condition: SlotView['condition'], colour: boolean): string {
  return colour ? `\u001b[${COLOUR[condition]}m${text}\u001b[0m` : text;
}

/** All slots as a grid, read down the columns, as wide as the terminal. */
export function slotGrid(slots: readonly SlotView[], width: number, colour: boolean): string[] {
  const cell = 20;
  const columns = Math.max(1, Math.floor(width / cell));
  const rows = Math.ceil(slots.length / columns);
  const lines: string[] = [];
  for (let row = 0; row < rows; row++) {
    let line = '';
    for (let column = 0; column < columns; column++) {
      const slot = slots[column * rows + row];
      if (slot === undefined) continue;
      const text = `${String(slot.slot).padStart(4)} ${shortState(slot)}`;
      line += paint(text.padEnd(cell), slot.condition, colour);
    }
    lines.push(line.trimEnd());
  }
  return lines;
}

const ORDER: readonly SlotView['condition'][] = [
  'up',
  'booting',
  'switching',
  'queued',
  'unreachable',
  'quarantined',
  'unassigned',
  'empty',
  'off',
];

/** `108 slots: 60 up, 24 booting, 24 queued; 84 boots, 0 failures, power-on to ssh up median 21.3 s, p95 30.2 s`. */
export function summaryLine(summary: Summary): string {
  const counts = ORDER.flatMap((name) => (summary.conditions[name] ? [`${summary.conditions[name]} ${name}`] : []));
  return `${summary.slots} slots: ${counts.join(', ')}; ${bootsLine(summary)}`;
}

export function bootsLine(summary: Summary): string {
  const boots = `${summary.boots} boots, ${summary.failures} failures`;
  if (summary.medianMs === null || summary.p95Ms === null) return boots;
  return `${boots}, power-on to ssh up median ${inSeconds(summary.medianMs)}, p95 ${inSeconds(summary.p95Ms)}`;
}

export const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Slots that a person should look at, one line each with the cause; at most `most` of them. */
export function attentionLines(status: StatusView, most: number): string[] {
  const bad = status.slots.filter((slot) => slot.condition === 'quarantined' || slot.condition === 'unreachable');
  const lines = [
    ...status.troubles,
    ...bad.map((slot) => `slot ${slot.slot} ${slot.condition}: ${slot.lastCause ?? 'no cause recorded'}`),
  ];
  return lines.length > most ? [...lines.slice(0, most), `… and ${lines.length - most} more`] : lines;
}
