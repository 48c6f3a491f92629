import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { SlotBootsView } from '../../src/api/control/boot-views.ts';
import { cacheDirectory } from '../../src/cli/places.ts';
import type { BootCost } from '../../src/netboot/cost/boot-cost.ts';
import type { BoardStatus } from '../../src/sim/board/status.ts';
import { describeWith } from '../support/needs.ts';
import { rackFile } from './files.ts';
import { RigRack } from './rack.ts';

const image = join(cacheDirectory(), 'images/debian-12-pi/boot');

const MODELS = ['3B', '3B+', '4B'] as const;

describeWith({ root: true, programs: ['unshare', 'curl', 'ganesha.nfsd'], files: [image] })('a served image', () => {
  let rack: RigRack | undefined;
  afterEach(async () => {
    await rack?.stop();
    rack = undefined;
  }, 60_000);

  it('is fetched as boot-cost says, by each model, with the whole firmware and with the cut-down one', async () => {
    const slots = MODELS.flatMap((model, i) => [
      `  - {slots: ${i + 1}, switch: sw1, ports: ${i + 1}, simulate: ${model}, image: whole}`,
      `  - {slots: ${i + 4}, switch: sw1, ports: ${i + 4}, simulate: ${model}}`,
    ]);
    const text = rackFile('rig-cost', slots.join('\n')).replace(
      'images:\n',
      'images:\n  - {name: whole, directory: "cache:images/debian-12-pi", trim: {firmware: full}}\n',
    );
    const served = await RigRack.serve(text);
    rack = served;
    await served.until((status) => status.summary.conditions.up === 6, 120_000, 'six boards up');

    const bytes = new Map<string, number>();
    for (const [name, first] of [
      ['whole', 1],
      ['debian', 4],
    ] as const) {
      const file = join(served.directory, 'rack.yaml');
      const { code, stdout, stderr } = await served.pirack(['image', 'boot-cost', name, '--in', file, '--json']);
      expect(code, stderr).toBe(0);
      const { models } = JSON.parse(stdout) as { models: readonly BootCost[] };
      expect(models.map(({ model }) => model)).toEqual(MODELS);
      for (const [i, { model, prediction, total }] of models.entries()) {
        const { files, serial, counters } = await boardStatus(served, first + i);
        const fetched = files.map((each) => `${each.how} ${each.name.replace(`${serial}/`, '')} ${each.outcome}`);
        expect(prediction.requests.map(({ how, name, outcome }) => `${how} ${name} ${outcome}`)).toEqual(fetched);
        // All but the board's own command line, whose length boot-cost can only guess.
        const sizes = (of: readonly { readonly name: string; readonly size: number }[]) =>
          of.map(({ size, name }) => (name.endsWith('cmdline.txt') ? -1 : size));
        expect(sizes(prediction.requests)).toEqual(sizes(files));
        expect(Math.abs(total.bytes - counters.bytes)).toBeLessThan(512);
        bytes.set(`${name} ${model}`, counters.bytes);
      }
    }
    await expectTimelines(served);
    // start.elf less start_cd.elf, and their fixups: what docs/boot-cost.md says is saved.
    const saved = (model: string) => (bytes.get(`whole ${model}`) as number) - (bytes.get(`debian ${model}`) as number);
    expect(saved('3B')).toBeGreaterThan(2_100_000);
    expect(saved('3B+')).toBeGreaterThan(2_100_000);
    expect(saved('4B')).toBeGreaterThan(1_400_000);
  }, 240_000);
});

async function boardStatus(rack: RigRack, slot: number): Promise<BoardStatus> {
  const socket = join(rack.directory, rack.name, 'sim.sock');
  const ran = await rack.inside('controller', ['curl', '-s', '--unix-socket', socket, `http://sim/boards/${slot}`]);
  return JSON.parse(ran.stdout) as BoardStatus;
}

/** Every part of every boot is on record, and the bytes in it are those that the board counted. */
async function expectTimelines(rack: RigRack): Promise<void> {
  const { code, stdout, stderr } = await rack.pirack(['boots', '--json']);
  expect(code, stderr).toBe(0);
  for (const { slot, boots } of JSON.parse(stdout) as readonly SlotBootsView[]) {
    const [boot] = boots;
    expect(boot, `slot ${slot}`).toMatchObject({ outcome: 'up', image: slot < 4 ? 'whole' : 'debian' });
    expect(boot?.model).toBe(MODELS[(slot - 1) % 3]);
    for (const part of ['firmware', 'kernel', 'linux', 'root', 'services'] as const) {
      expect(boot?.spans[part], `slot ${slot}: ${part}`).toBeGreaterThanOrEqual(0);
    }
    const { counters } = await boardStatus(rack, slot);
    const sum = (count: 'bytes' | 'requests') => boot?.loads.reduce((total, load) => total + load[count], 0) ?? 0;
    // A last ACK that is lost leaves its block, and what comes behind the kernel is no part of a load on disk.
    expect(Math.abs(sum('bytes') - counters.bytes)).toBeLessThan(3000);
    expect(sum('requests')).toBeGreaterThan(20);
    expect(boot?.loads.map(({ stage }) => stage).slice(0, 2)).toEqual(['first_request', 'firmware_sent']);
  }
  const one = await rack.pirack(['boots', '1']);
  expect(one.stdout).toMatch(/^slot 1: .*\nbegan +ended +s +start +dhcp/);
}
