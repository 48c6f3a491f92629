/** `pirack boots` as text. */
import type { BootView, SlotBootsView } from '../api/control/boot-views.ts';
import { SPANS } from '../rack/boot-spans.ts';
import { loadRate } from '../rack/load.ts';
import { type Column, formatTable, terminalWidth } from './table.ts';

const numbers: readonly Column[] = ['s', ...SPANS.map(({ name }) => name), 'MB', 'MB/s', '404', 'again'].map(
  (title) => ({ title, align: 'right' }),
);

/** The boots of one slot, and what of them is slow. */
export function slotBootLines({ slot, hostName, boots, slow }: SlotBootsView, width = terminalWidth()): string[] {
  if (boots.length === 0) return [`slot ${slot} (${hostName}) has not booted yet`];
  const columns = [{ title: 'began' }, { title: 'ended' }, ...numbers, { title: 'cause', shrink: true }];
  const rows = boots.map((boot) => [time(boot.startedAt), outcome(boot), ...figures(boot), boot.cause ?? '']);
  return [
    `slot ${slot}: ${hostName}`,
    ...formatTable(columns, rows, { width }),
    ...slow.map(({ text }) => `slower than its neighbours: ${text}`),
  ];
}

/** The newest boot of every slot; slow boards are told below. */
export function rackBootLines(slots: readonly SlotBootsView[], width = terminalWidth()): string[] {
  const columns: Column[] = [{ title: 'slot', align: 'right' }, { title: 'model' }, { title: 'image', shrink: true }];
  const rows = slots.map(({ slot, boots: [boot] }) =>
    boot === undefined
      ? [slot]
      : [slot, boot.model ?? '', boot.image ?? '', time(boot.startedAt), outcome(boot), ...figures(boot)],
  );
  return [
    ...formatTable([...columns, { title: 'began' }, { title: 'ended' }, ...numbers], rows, { width }),
    ...slots.flatMap(({ slot, slow }) => slow.map(({ text }) => `slot ${slot} is slower than its neighbours: ${text}`)),
  ];
}

function outcome(boot: BootView): string {
  // What is up says so until it ends; then it says how, and its seconds tell that it was up.
  return boot.outcome ?? 'under way';
}

/** Seconds up to SSH, seconds of each part, megabytes and their rate, names not found, packets sent again. */
function figures({ startedAt, steps, spans, loads }: BootView): (string | number)[] {
  const up = steps.find(({ milestone }) => milestone === 'ssh_up');
  const sum = (count: 'bytes' | 'ms' | 'missing' | 'retransmits') =>
    loads.reduce((total, load) => total + load[count], 0);
  const rate = loadRate({ bytes: sum('bytes'), ms: sum('ms') });
  return [
    up === undefined ? '' : seconds(up.at - startedAt),
    ...SPANS.map(({ name }) => (spans[name] === undefined ? '' : seconds(spans[name]))),
    (sum('bytes') / 1e6).toFixed(1),
    rate === undefined ? '' : (rate / 1e6).toFixed(2),
    sum('missing'),
    sum('retransmits'),
  ];
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1);

function time(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').slice(0, 19);
}
