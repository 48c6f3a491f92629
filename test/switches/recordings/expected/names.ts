import type { Names, PortRun } from './expected.ts';

/** `gi1/0/[1-3,7]; te1/0/2` is gi1/0/1, gi1/0/2, gi1/0/3, gi1/0/7 and te1/0/2. */
export function namesOf(short: Names): string[] {
  if (short === '') return [];
  return short.split('; ').flatMap((part) => {
    const family = /^(.*)\[([\d,-]+)\]$/.exec(part);
    return family ? numbersOf(family[2]!).map((number) => `${family[1]}${number}`) : [part];
  });
}

/** `1-3,7` is 1, 2, 3 and 7. */
export function numbersOf(short: string): number[] {
  if (short === '') return [];
  return short.split(',').flatMap((range) => {
    const [from, to = from] = range.split('-').map(Number);
    return Array.from({ length: to! - from! + 1 }, (_, place) => from! + place);
  });
}

/** The ports of a run, one by one. */
export function portsOf(run: PortRun): { row: string; name: string; ifIndex: number }[] {
  return Array.from({ length: run.count }, (_, place) => ({
    row: counted(run.row, place),
    name: counted(run.name, place),
    ifIndex: run.ifIndex + place,
  }));
}

/** With `more` added to its last number. */
function counted(text: string, more: number): string {
  return text.replace(/\d+$/, (number) => String(Number(number) + more));
}
