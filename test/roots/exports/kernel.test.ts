import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { slotNumber } from '../../../src/rack/units.ts';
import { ExportsDiffer, NotPossible } from '../../../src/roots/errors.ts';
import { KernelServer } from '../../../src/roots/exports/kernel.ts';
import { exportOf, rescueExportOf } from '../../../src/roots/exports/spec.ts';
import { parseIpv4 } from '../../../src/wire/address.ts';
import { scratchDirectory } from '../support/fake-image.ts';

/** A kernel that exports what the files say when it is told to re-read them, as exportfs(8) would have it. */
function fakeKernel() {
  const scratch = scratchDirectory();
  const exportsDirectory = join(scratch, 'exports.d');
  const threadsFile = join(scratch, 'threads');
  mkdirSync(exportsDirectory);
  writeFileSync(join(exportsDirectory, 'staff.exports'), '/srv/staff *(ro)\n');
  writeFileSync(threadsFile, '8\n');
  let exported: string[] = [];
  const calls: string[] = [];
  const deaf = { value: false };
  const run = async (program: string, args: readonly string[]) => {
    calls.push([program, ...args].join(' '));
    if (args[0] === '-ra' && !deaf.value) {
      const texts = readdirSync(exportsDirectory).map((name) => readFileSync(join(exportsDirectory, name), 'utf8'));
      exported = texts.flatMap((text) => text.split('\n').filter((line) => line.startsWith('/')));
    }
    return { stdout: exported.map((line) => `${line.replace(' ', '\n\t\t')}\n`).join(''), stderr: '' };
  };
  const roots = join(scratch, 'roots');
  const spec = (slot: number) => {
    mkdirSync(join(roots, String(slot)), { recursive: true });
    return exportOf(slotNumber(slot), join(roots, String(slot)), parseIpv4(`10.20.0.${slot}`));
  };
  const open = () => new KernelServer({ exportsDirectory, threadsFile, run, log: pino({ level: 'silent' }) });
  return { exportsDirectory, threadsFile, spec, open, calls, deaf, files: () => readdirSync(exportsDirectory).sort() };
}

describe('KernelServer', () => {
  test('writes a file per slot, changes only what differs, and leaves other files alone', async () => {
    const { spec, open, files, calls } = fakeKernel();
    const server = open();
    await server.start();
    expect(await server.apply([spec(1), spec(2)])).toEqual({ added: 2, removed: 0, replaced: 0, unchanged: 0 });
    expect(files()).toEqual(['pirack-slot-001.exports', 'pirack-slot-002.exports', 'staff.exports']);
    calls.length = 0;
    expect(await server.apply([spec(1), spec(2)])).toEqual({ added: 0, removed: 0, replaced: 0, unchanged: 2 });
    expect(calls).not.toContain('exportfs -ra');
    // Another process finds what is there.
    expect(await open().apply([spec(2), spec(3)])).toEqual({ added: 1, removed: 1, replaced: 0, unchanged: 1 });
    expect((await server.list()).map(({ id, clients }) => [id, clients])).toEqual([
      [1002, ['10.20.0.2']],
      [1003, ['10.20.0.3']],
    ]);
    await server.stop();
    expect(files()).toEqual(['staff.exports']);
    expect(await server.list()).toEqual([]);
  });

  test('a replaced root is taken out before it is exported again', async () => {
    const { spec, open, calls } = fakeKernel();
    const server = open();
    const one = spec(1);
    await server.apply([one, spec(2)]);
    // Kept while the new one is made, or it would get the same number.
    mkdirSync(`${one.path}.new`);
    rmSync(one.path, { recursive: true });
    renameSync(`${one.path}.new`, one.path);
    calls.length = 0;
    expect(await server.apply([one, spec(2)])).toEqual({ added: 0, removed: 0, replaced: 1, unchanged: 1 });
    expect(calls.filter((call) => call === 'exportfs -ra')).toHaveLength(2);
  });

  test('one slot is changed alone, with a second export for a rescue beside its own', async () => {
    const { spec, open, files } = fakeKernel();
    const server = open();
    const [one, two] = [spec(1), spec(2)];
    await server.apply([one, two]);
    const rescue = rescueExportOf(slotNumber(2), `${spec(9).path}`, two.client);
    expect(await server.change(slotNumber(2), [two, rescue])).toMatchObject({ added: 1, removed: 0, unchanged: 2 });
    expect(files()).toContain('pirack-slot-002-rescue.exports');
    expect(await server.change(slotNumber(2), [{ ...two, path: spec(8).path, pseudo: spec(8).path }])).toMatchObject({
      added: 0,
      removed: 1,
      replaced: 1,
      unchanged: 1,
    });
    expect(await server.change(slotNumber(1), [])).toMatchObject({ removed: 1, unchanged: 1 });
    expect((await server.list()).map(({ id, path }) => [id, path])).toEqual([[1002, spec(8).path]]);
  });

  test('what somebody else changed is found, said and made again', async () => {
    const { spec, open, exportsDirectory, files } = fakeKernel();
    const server = open();
    await server.apply([spec(1), spec(2)]);
    expect(await server.mend()).toEqual([]);
    rmSync(join(exportsDirectory, 'pirack-slot-002.exports'));
    await open().apply([spec(1), spec(3)]);
    expect(await server.mend()).toEqual([
      expect.stringMatching(/^slot 2 .* is not exported$/),
      expect.stringMatching(/^export 1003 .* nobody's$/),
    ]);
    expect(files()).toEqual(['pirack-slot-001.exports', 'pirack-slot-002.exports', 'staff.exports']);
    expect(await server.mend()).toEqual([]);
  });

  test('success is not claimed for what reads back differently', async () => {
    const { spec, open, deaf } = fakeKernel();
    deaf.value = true;
    await expect(open().apply([spec(1)])).rejects.toThrow(ExportsDiffer);
    await expect(open().apply([spec(1)])).rejects.toThrow(/slot 1 .* is not exported/);
  });

  test('a root that is not there is refused before anything changes', async () => {
    const { spec, open, files } = fakeKernel();
    const absent = { ...spec(1), path: '/nonexistent/root' };
    await expect(open().apply([absent])).rejects.toThrow(/root of slot 1 is not there/);
    expect(files()).toEqual(['staff.exports']);
  });

  test('a stopped kernel server is said to be', async () => {
    const { open, threadsFile } = fakeKernel();
    writeFileSync(threadsFile, '0\n');
    await expect(open().start()).rejects.toThrow(NotPossible);
    rmSync(threadsFile);
    await expect(open().start()).rejects.toThrow(/does not run/);
  });
});
