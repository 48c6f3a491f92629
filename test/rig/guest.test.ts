import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cacheDirectory } from '../../src/cli/places.ts';
import { describeWith } from '../support/needs.ts';
import { rackFile } from './files.ts';
import { RigRack } from './rack.ts';

const boot = join(cacheDirectory(), 'images/debian-12-pi/boot');

/**
 * A machine that pirack did not write: qemu with u-boot, Debian's arm64 kernel and its NFS client, booted over DHCP,
 * TFTP and NFS by the controller, and power-cycled by SNMP.
 */
describeWith({
  root: true,
  programs: ['qemu-system-aarch64', 'ganesha.nfsd', 'nfs-cat'],
  files: [boot, '/usr/lib/u-boot/qemu_arm64/u-boot.bin'],
})('an arm64 guest', () => {
  let rack: RigRack;
  beforeAll(async () => {
    const slow =
      'timings: {default: {discover: 120 s, first_request: 60 s, transfer_idle: 60 s, root_mount: 120 s, ssh: 120 s}}\n';
    rack = await RigRack.serve(
      rackFile('rig-guest', '  - {slots: "1", switch: sw1, ports: "1", simulate: qemu}', slow),
    );
  }, 120_000);
  afterAll(() => rack?.stop(), 60_000);

  const up = (boots: number) =>
    rack.until(
      (status) => status.slots[0]?.condition === 'up' && status.summary.boots >= boots,
      240_000,
      `the guest’s boot number ${boots} to reach its SSH server`,
    );
  /** One line a boot, written by the guest itself into its root. */
  const records = async () => {
    const file = `${rack.directory}/rig-guest/roots/slot-001/root/var/lib/pirack/boots`;
    const { stdout } = await rack.inside('controller', ['cat', file]);
    return stdout.split('\n').filter((line) => line !== '');
  };
  const console = () => readFileSync(join(rack.directory, 'rig-guest', 'console', 'slot-001.log'), 'latin1');
  /** The SSH server answers before the console does: the two start side by side. Every power-on begins the log anew. */
  const prompted = () => expect.poll(console, { timeout: 120_000, interval: 250 }).toContain('pirack login:');

  it('boots, mounts its root read-write, and after a power cycle does it again with its files still there', async () => {
    await up(1);
    await prompted();
    expect(await records()).toHaveLength(1);

    expect(await rack.pirack(['power', 'cycle', '1'])).toMatchObject({ code: 0 });
    const status = await up(2);
    await prompted();
    // The record of the first boot was written by the guest over NFS, and is still there beside that of the second.
    expect(await records()).toHaveLength(2);
    expect(status.summary).toMatchObject({ boots: 2, failures: 0 });
    expect(status.slots[0]?.boot?.steps.map((step) => step.milestone)).toEqual(
      expect.arrayContaining([
        'power_on',
        'discover',
        'offer',
        'first_request',
        'kernel_sent',
        'kernel_dhcp',
        'root_mounted',
        'ssh_up',
      ]),
    );
  }, 600_000);
});
