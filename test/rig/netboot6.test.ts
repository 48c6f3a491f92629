import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cacheDirectory } from '../../src/cli/places.ts';
import { describeWith } from '../support/needs.ts';
import { rackFile } from './files.ts';
import { RigRack } from './rack.ts';

const boot = join(cacheDirectory(), 'images/debian-12-pi/boot');

/**
 * Boards whose firmware speaks IPv6 alone and answers one neighbour solicitation, on the kernel's own neighbour tables:
 * without permanent entries the kernel asks a second time, and is not answered.
 */
describeWith({ root: true, programs: ['unshare', 'ganesha.nfsd'], files: [boot] })('slots that boot over IPv6', () => {
  let rack: RigRack;
  beforeAll(async () => {
    rack = await RigRack.serve(
      rackFile(
        'rig-netboot6',
        '  - {slots: 1-2, switch: sw1, ports: 1-2, simulate: 4B, netboot: ipv6}\n  - {slots: 3, switch: sw1, ports: 3, simulate: 4B}',
      ),
    );
  }, 180_000);
  afterAll(() => rack?.stop(), 60_000);

  it('come up beside one that boots by IPv4, with the same milestones', async () => {
    const status = await rack.until(
      (seen) => seen.slots.every((slot) => slot.condition === 'up'),
      150_000,
      'three boards to be up',
    );
    const milestones = (slot: number) => status.slots[slot - 1]?.boot?.steps.map((step) => step.milestone);
    for (const slot of [1, 2]) expect(milestones(slot)?.toSorted()).toEqual(milestones(3)?.toSorted());
    expect(status.summary).toMatchObject({ boots: 3, failures: 0 });
    const { stdout } = await rack.inside('controller', ['ip', '-6', 'neighbour', 'show', 'dev', 'vlan101']);
    expect(stdout).toMatch(/2001:db8:20:1::2 lladdr dc:a6:32:[0-9a-f:]+ PERMANENT/);
  }, 180_000);
});
