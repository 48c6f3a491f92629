/** docs/switches.md says what is known of which switch: it may neither leave one out nor claim more than the data. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { KNOWN_RECORDINGS } from '../../src/sim/recording/known.ts';
import { DRIVERS } from '../../src/switches/drivers/index.ts';
import { EXPECTED } from './recordings/expected/index.ts';
import { driverCells } from './support/driver-table.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(`${PROJECT}/docs/switches.md`, 'utf8');

/** Cells of the table below a heading, without its first two lines. */
function table(heading: string): string[][] {
  const [, section = ''] = page.split(`\n${heading}\n`);
  const lines = section.slice(section.indexOf('\n|') + 1).split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(2, end < 0 ? undefined : end).map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
}

describe('the page about switches', () => {
  it('names commands that there are', () => {
    const folder = `${PROJECT}/src/cli/switch`;
    const made = readdirSync(folder).flatMap((file) => [
      ...readFileSync(`${folder}/${file}`, 'utf8').matchAll(/new Command\('([a-z]+)'\)/g),
    ]);
    const named = [...page.matchAll(/`pirack switch ([a-z]+)/g)].map(([, command]) => command!);
    expect(made.map(([, command]) => command)).toEqual(expect.arrayContaining([...new Set(named)]));
    expect(named.length).toBeGreaterThan(10);
  });

  it('has every driver, with what its data says', () => {
    expect(table('### Drivers').map((cells) => cells.slice(0, -2))).toEqual(DRIVERS.map(driverCells));
  });

  it('has every recording, with its model and driver', () => {
    expect(table('### Recordings').map((cells) => cells.slice(0, 3))).toEqual(
      EXPECTED.map(({ recording, model, driver }) => [
        `\`${recording.replace('.assembled', '')}\``,
        model,
        `\`${driver}\``,
      ]),
    );
  });

  it('says that a recording is switched where it is, and what map is expected of it', () => {
    for (const [name, , , , , map, simulated] of table('### Recordings')) {
      const { ports } = EXPECTED.find((each) => `\`${each.recording.replace('.assembled', '')}\`` === name)!;
      const proven = 'runs' in ports ? 'proven' : `refused: ${ports.refused}`;
      const made = 'runs' in ports && ports.rows === 'vendor' ? ', with the switching column made up' : '';
      expect([name, map]).toEqual([name, `${proven}${made}`]);
      const switched = KNOWN_RECORDINGS.includes(name!.slice(1, -1)) && 'runs' in ports;
      expect([name, simulated]).toEqual([name, switched ? 'read, switched' : 'read']);
    }
  });

  it('claims no hardware', () => {
    const claims = [...table('### Drivers'), ...table('### Recordings')].map((cells) => cells.at(-1));
    expect(new Set(claims)).toEqual(new Set(['**none**']));
  });

  it('says what to do for every code that an error carries', () => {
    const told = new Set(
      table('## When something is wrong').flatMap(([codes]) =>
        [...codes!.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code!),
      ),
    );
    const missing = [...codesIn(`${PROJECT}/src/switches`)].filter((code) => !told.has(code));
    expect(missing).toEqual([]);
  });
});

function codesIn(folder: string): Set<string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const made = /(?:super\(\s*|new SwitchError\(\s*)'([a-z]+(?:-[a-z0-9]+)*)'/g;
  return new Set(
    files.flatMap((file) => [...readFileSync(`${folder}/${file}`, 'utf8').matchAll(made)].map(([, code]) => code!)),
  );
}
