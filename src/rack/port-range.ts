/** Switch ports by faceplate name: `1-36`, `1/0/1-24`, `A1-A24`, `ge-0/0/1-12`, `gi1,gi3`. */
import { formatRange, RangeSyntaxError } from './range.ts';

/** `prefix`, first number, and after a hyphen (the prefix again, if liked) the last number. */
const PART = /^((?:[A-Za-z0-9/.:_-]*?[A-Za-z/.:_-])??)(\d{1,5})(?:-(?:\1)?(\d{1,5}))?$/;
const EXPECTED = 'port names such as 1-36 or 1/0/1-24,1/0/48';
const MAX_PORTS = 1024;

/** The port names of a range, in the order written. Throws RangeSyntaxError; no name comes twice. */
export function parsePorts(text: string): string[] {
  if (text.length > 2048) throw new RangeSyntaxError(`the port range is ${text.length} characters long`, EXPECTED);
  const names = new Set<string>();
  for (const part of text.split(',').map((item) => item.trim())) {
    const match = PART.exec(part);
    // A prefix with digit, hyphen would be two readings of one text: 1/1-2/36.
    if (!match || /\d-/.test(match[1] as string)) {
      throw new RangeSyntaxError(`${JSON.stringify(part.slice(0, 40))} is not a port or a range of ports`, EXPECTED);
    }
    const [, prefix, first, last = first] = match as unknown as [string, string, string, string | undefined];
    if (/^0\d/.test(first) || /^0\d/.test(last)) {
      throw new RangeSyntaxError(`${JSON.stringify(part)} has a number with a leading zero`, EXPECTED);
    }
    if (Number(last) < Number(first)) throw new RangeSyntaxError(`${part} runs backwards`, `${prefix}${last}-${first}`);
    for (let number = Number(first); number <= Number(last); number++) {
      const name = `${prefix}${number}`;
      if (names.has(name)) throw new RangeSyntaxError(`port ${name} is named twice`, 'every port once');
      if (names.size === MAX_PORTS) throw new RangeSyntaxError(`${part} is too long`, `at most ${MAX_PORTS} ports`);
      names.add(name);
    }
  }
  return [...names];
}

/** The number at the end of a port name: 24 of `1/0/24`. */
export function portNumber(name: string): number {
  return Number(/\d+$/.exec(name)?.[0] ?? Number.NaN);
}

/** The shortest range for these names: `1/0/1-3,1/0/7`. */
export function formatPorts(names: Iterable<string>): string {
  const byPrefix = new Map<string, number[]>();
  for (const name of names) {
    const number = /\d+$/.exec(name)?.[0] ?? '';
    const prefix = name.slice(0, name.length - number.length);
    byPrefix.set(prefix, [...(byPrefix.get(prefix) ?? []), Number(number)]);
  }
  return [...byPrefix]
    .flatMap(([prefix, numbers]) =>
      formatRange(numbers)
        .split(',')
        .map((part) => prefix + part),
    )
    .join(',');
}
