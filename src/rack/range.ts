/** Ranges as people write them: `1-36,40`. */

export interface RangeLimits {
  readonly min: number;
  readonly max: number;
}

/** A text that is not a range; `expected` says what would have been one. */
export class RangeSyntaxError extends Error {
  override readonly name = 'RangeSyntaxError';
  readonly expected: string;

  constructor(message: string, expected: string) {
    super(message);
    this.expected = expected;
  }
}

/** Longest text that is looked at; enough for every second number of a thousand slots. */
const MAX_TEXT = 4096;

/** The numbers of a range in the order written. Throws RangeSyntaxError; no number comes twice. */
export function parseRange(text: string, limits: RangeLimits = { min: 1, max: 4094 }): number[] {
  const expected = `numbers from ${limits.min} to ${limits.max} such as 1-36,40`;
  if (text.length > MAX_TEXT) throw new RangeSyntaxError(`the range is ${text.length} characters long`, expected);
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?$/.exec(part);
    if (!match) throw new RangeSyntaxError(`${quote(part)} is not a number or a range`, expected);
    const from = Number(match[1]);
    const to = match[2] === undefined ? from : Number(match[2]);
    for (const bound of [from, to]) {
      if (bound < limits.min || bound > limits.max) throw new RangeSyntaxError(`${bound} is out of range`, expected);
    }
    if (to < from) throw new RangeSyntaxError(`${from}-${to} runs backwards`, `${to}-${from}`);
    for (let number = from; number <= to; number++) {
      if (numbers.has(number)) throw new RangeSyntaxError(`${number} is named twice`, 'every number once');
      numbers.add(number);
    }
  }
  return [...numbers];
}

/** The shortest range that holds exactly these numbers: `[3, 1, 2, 5]` is `1-3,5`; nothing is the empty string. */
export function formatRange(numbers: Iterable<number>): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < sorted.length; ) {
    const from = sorted[i] as number;
    let to = from;
    while (sorted[i + 1] === to + 1) to = sorted[++i] as number;
    i++;
    parts.push(from === to ? `${from}` : `${from}-${to}`);
  }
  return parts.join(',');
}

function quote(text: string): string {
  const trimmed = text.trim();
  return JSON.stringify(trimmed.length > 40 ? `${trimmed.slice(0, 40)}…` : trimmed);
}
