/** `pirack image boot-cost` as text. */
import type { Advice } from '../../netboot/cost/advice.ts';
import type { BootCost } from '../../netboot/cost/boot-cost.ts';
import type { PredictedRequest } from '../../netboot/cost/predict.ts';
import { type Column, formatTable, terminalWidth } from '../table.ts';

const STAGES: Readonly<Record<string, string>> = {
  rom: 'boot ROM',
  bootcode: 'bootcode.bin',
  start: 'start.elf',
  eeprom: 'EEPROM',
  start4: 'start4.elf',
};

const STAGE_COLUMNS: readonly Column[] = [
  { title: '  stage' },
  { title: 'requests', align: 'right' },
  { title: 'missing', align: 'right' },
  { title: 'bytes', align: 'right' },
  { title: 'blksize', align: 'right' },
  { title: 'blocks', align: 'right' },
  { title: 'seconds', align: 'right' },
];

const FILE_COLUMNS: readonly Column[] = [
  { title: '  stage' },
  { title: 'file', shrink: true },
  { title: 'what' },
  { title: 'bytes', align: 'right' },
  { title: 'blocks', align: 'right' },
  { title: 'seconds', align: 'right' },
];

/** The largest files are named without --files: they are what matters. */
const LARGEST = 4;

export function costLines(cost: BootCost, all: boolean): string[] {
  const { prediction, stages, total, advice } = cost;
  const rows = [...stages.map((stage) => ({ ...stage, name: STAGES[stage.stage] ?? stage.stage })), totalRow(cost)];
  const files = all ? prediction.requests : largest(prediction.requests);
  return [
    `${cost.title} (${cost.model}): ${seconds(total.ms)} s of TFTP, ${total.bytes} bytes in ${total.blocks} blocks, ${total.requests} requests`,
    ...(prediction.stopped === undefined ? [] : [`  does not boot: ${prediction.stopped}`]),
    ...formatTable(
      STAGE_COLUMNS,
      rows.map((row) => [
        `  ${row.name}`,
        row.requests,
        row.missing,
        row.bytes,
        row.blksize,
        row.blocks,
        seconds(row.ms),
      ]),
      { width: terminalWidth() },
    ),
    ...formatTable(FILE_COLUMNS, files.map(fileRow), { width: terminalWidth() }),
    ...advice.map(adviceLine),
    '',
  ];
}

const totalRow = ({ total }: BootCost) => ({ ...total, name: 'all', blksize: undefined });

function largest(requests: readonly PredictedRequest[]): PredictedRequest[] {
  return requests
    .filter(({ blocks }) => blocks > 0)
    .sort((a, b) => b.ms - a.ms)
    .slice(0, LARGEST);
}

function fileRow({ stage, name, how, outcome, size, blocks, ms }: PredictedRequest) {
  const what = outcome === 'complete' ? 'sent' : outcome;
  return [
    `  ${STAGES[stage]}`,
    name,
    how === 'probe' && outcome === 'missing' ? 'missing' : what,
    size,
    blocks,
    seconds(ms),
  ];
}

function adviceLine({ text, how, saves }: Advice): string {
  const amount = saves === undefined ? '' : `${seconds(saves.ms)} s, ${saves.blocks} blocks: `;
  // What a setting saves is advice; what only another image would save is told, but nobody can do it from here.
  if (how === undefined) return `  note: ${amount}${text}`;
  return `  advice: ${amount === '' ? '' : `saves ${amount}`}${text} — ${how}`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}
