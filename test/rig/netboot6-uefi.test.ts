import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cacheDirectory } from '../../src/cli/places.ts';
import { UEFI } from '../../src/sim/guest/qemu.ts';
import { describeWith } from '../support/needs.ts';
import { rackFile } from './files.ts';
import { RigRack } from './rack.ts';

const image = join(cacheDirectory(), 'images/debian-12-pi');
const LIMIT = 240_000;

/**
 * Firmware that nobody here wrote: EDK2 for arm64, which boots by IPv6 alone (router advertisement, DHCPv6 with RFC 5970,
 * TFTP) and is given Debian's kernel as the EFI program that it is. Without a command line it has no root and ends there.
 */
describeWith({ root: true, programs: ['qemu-system-aarch64', 'ganesha.nfsd'], files: [join(image, 'boot'), UEFI] })(
  'an arm64 machine with UEFI',
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'pirack-uefi-'));
    const program = join(directory, 'image/boot/EFI/BOOT/BOOTAA64.EFI');
    let rack: RigRack;

    beforeAll(async () => {
      mkdirSync(join(directory, 'image/root/sbin'), { recursive: true });
      writeFileSync(join(directory, 'image/root/sbin/init'), '#!/bin/sh\n');
      cpSync(join(image, 'image.json'), join(directory, 'image/image.json'));
      execFileSync('cp', ['-a', join(image, 'boot'), join(directory, 'image/boot')]);
      mkdirSync(join(directory, 'image/boot/EFI/BOOT'), { recursive: true });
      writeFileSync(program, gunzipSync(readFileSync(join(image, 'boot/kernel8.img'))));
      const slots = '  - {slots: 1, switch: sw1, ports: 1, simulate: qemu, netboot: ipv6}';
      rack = await RigRack.serve(
        rackFile('rig-uefi', slots).replace('cache:images/debian-12-pi', join(directory, 'image')),
      );
    }, LIMIT);
    afterAll(async () => {
      await rack?.stop();
      rmSync(directory, { recursive: true, force: true });
    }, 60_000);

    const guest = () => readFileSync(join(rack.directory, 'rig-uefi/console/slot-001.log'), 'latin1');

    it(
      'asks for its boot file by DHCPv6, fetches it whole over IPv6, and starts it',
      async () => {
        const status = await rack.until(
          ({ slots }) => slots[0]?.boot?.steps.some(({ milestone }) => milestone === 'firmware_sent') ?? false,
          LIMIT - 60_000,
          'the EFI program to be sent',
        );
        const steps = status.slots[0]?.boot?.steps ?? [];
        expect(steps.map(({ milestone }) => milestone)).toEqual(
          expect.arrayContaining(['power_on', 'discover', 'offer', 'first_request', 'firmware_sent']),
        );
        const sent = steps.find(({ milestone }) => milestone === 'firmware_sent');
        expect(sent?.detail).toContain(`EFI/BOOT/BOOTAA64.EFI, ${statSync(program).size} bytes`);
        const end = Date.now() + 60_000;
        while (!guest().includes('EFI stub') && Date.now() < end) await pause(300);
        expect(guest()).toMatch(/EFI stub: Booting Linux Kernel/);
      },
      LIMIT,
    );
  },
);
