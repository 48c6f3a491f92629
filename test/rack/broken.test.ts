import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCheck } from '../../src/cli/check.ts';

const FOLDER = join(import.meta.dirname, 'broken');
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));

/** What `pirack check` prints for a file of the folder, with the folder left out. */
function check(name: string): { code: number; text: string } {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line.replaceAll(`${FOLDER}/`, ''));
  const code = runCheck([join(FOLDER, name)], {}, { out: print, err: print });
  return { code, text: `${lines.join('\n')}\n` };
}

describe('broken rack files', () => {
  it('there are at least twelve', () => expect(FILES.length).toBeGreaterThanOrEqual(12));

  it.each(FILES)('%s: every problem is told with line, column and what was expected', (name) => {
    const { code, text } = check(name);
    expect(text).toBe(readFileSync(join(FOLDER, name.replace(/\.yaml$/, '.expected')), 'utf8'));
    expect(code).toBe(1);
  });

  it.each(FILES)('%s: no stack trace, and nothing of how it is made', (name) => {
    expect(check(name).text).not.toMatch(/^\s+at |Error\b|node_modules|\.ts:\d|zod|undefined|\[object|NaN/m);
  });

  it('secrets that were written in by mistake are not repeated', () => {
    expect(readFileSync(join(FOLDER, 'secrets.yaml'), 'utf8')).toMatch(/hunter2/);
    expect(check('secrets.yaml').text).not.toMatch(/hunter2|424242/);
  });

  // The most common slips, spelled out: place and words.
  it.each([
    ['unknown-keys.yaml', '11:5: unknown key "adress"; did you mean "address"?'],
    ['slots.yaml', '12:13: slots 10-12 are already given on line 11; expected every slot once'],
    ['slots.yaml', '14:40: 8 slots have 7 ports; expected 8 ports, one a slot'],
    ['slots.yaml', '15:25: there is no switch swl; did you mean "sw1"?'],
    ['uplinks.yaml', '24:40: sw1 port 13 is an uplink; expected ports that boards are plugged into'],
    ['addresses.yaml', '5:9: ipv4: 10.20.1.0/22 has host bits set; expected 10.20.0.0/22'],
    ['duplicates.yaml', '12:5: "budget" is given twice in the same mapping; expected every key once'],
    ['tab-and-quote.yaml', '6:1: a closing quote is missing; expected the same quote at both ends'],
  ])('%s:%s', (name, line) => expect(check(name).text).toContain(`${name}:${line}\n`));
});
