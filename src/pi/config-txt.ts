/**
 * config.txt as the firmware reads it, in so far as it decides what is fetched next (pi-boot §1.10, §2.3, §4). Left out:
 * `include`, `start_file`, and `os_prefix` before overlays.
 */

import { piModel } from './models.ts';
import type { BootTreeShape, NetbootModel } from './tftp-names.ts';

export interface BootConfig extends BootTreeShape {
  readonly bits: 64 | 32;
  readonly cutDown: boolean;
  readonly overlays: readonly string[];
  /** File with the kernel's command line. */
  readonly cmdline: string;
}

/** What the firmware does without a config.txt. */
export function defaultConfig(model: NetbootModel): BootConfig {
  return parseConfigTxt(new Uint8Array(), { model, serial8: '' });
}

/**
 * Reads `key=value` lines under conditional sections. The parser of the firmware stops at the first byte that is not
 * ASCII, wherever it stands (pi-boot §2.3), so everything after it is not there.
 */
export function parseConfigTxt(bytes: Uint8Array, board: { model: NetbootModel; serial8: string }): BootConfig {
  const settings = new Map<string, string>();
  const overlays: string[] = [];
  let initramfs: string | undefined;
  const filters = { model: true, serial: true };
  for (const raw of asciiPart(bytes).split(/\r?\n/)) {
    const line = raw.replace(/#.*/, '').trim();
    const section = /^\[(.*)\]$/.exec(line)?.[1];
    if (section !== undefined) applySection(section.toLowerCase(), board, filters);
    else if (line !== '' && filters.model && filters.serial) {
      const named = /^initramfs[\s=]+(\S+)/.exec(line)?.[1];
      if (named !== undefined) initramfs = named;
      else {
        const equals = line.indexOf('=');
        const key = equals < 0 ? line : line.slice(0, equals).trim();
        const value = equals < 0 ? '' : line.slice(equals + 1).trim();
        if (key === 'dtoverlay') {
          const overlay = value.split(/[,:]/)[0] as string;
          if (overlay !== '') overlays.push(overlay);
        } else settings.set(key, value);
      }
    }
  }
  return shape(settings, overlays, initramfs, board.model);
}

/** The command line that the kernel gets: the first line, cut at the first byte that is not ASCII. */
export function parseCmdlineTxt(bytes: Uint8Array): string {
  return (asciiPart(bytes).split(/[\r\n]/)[0] as string).trim();
}

function shape(
  settings: ReadonlyMap<string, string>,
  overlays: readonly string[],
  named: string | undefined,
  model: NetbootModel,
): BootConfig {
  const facts = piModel(model);
  // Only the Pi 4 starts 64-bit kernels without being told to.
  const bits = (settings.get('arm_64bit') ?? (model === '4B' ? '1' : '0')) === '0' ? 32 : 64;
  const osPrefix = settings.get('os_prefix') ?? '';
  const auto = settings.get('auto_initramfs') === '1';
  const kernel = settings.get('kernel') ?? (bits === 64 ? facts.kernel64 : facts.kernel32);
  const initramfs = named ?? (auto ? kernel.replace(/^kernel/, 'initramfs').replace(/\.img$/, '') : undefined);
  const mainline = settings.get('upstream_kernel') === '1';
  const deviceTree = settings.get('device_tree') ?? (mainline ? facts.mainlineDeviceTree : facts.deviceTree);
  return {
    bits,
    cutDown: settings.get('gpu_mem') === '16',
    kernel: osPrefix + kernel,
    deviceTree: osPrefix + deviceTree,
    ...(initramfs === undefined ? {} : { initramfs: osPrefix + initramfs }),
    overlays,
    cmdline: osPrefix + (settings.get('cmdline') ?? 'cmdline.txt'),
  };
}

/** Filters of one kind replace each other, those of different kinds must all hold, `[all]` takes them all away. */
function applySection(
  section: string,
  board: { model: NetbootModel; serial8: string },
  filters: { model: boolean; serial: boolean },
): void {
  if (section === 'all') {
    filters.model = true;
    filters.serial = true;
  } else if (/^0x[0-9a-f]+$/.test(section)) {
    filters.serial = section.slice(2).padStart(8, '0') === board.serial8;
  } else {
    filters.model = SECTIONS[board.model].includes(section);
  }
}

const SECTIONS: Readonly<Record<NetbootModel, readonly string[]>> = Object.freeze({
  '3B': ['pi3'],
  '3B+': ['pi3', 'pi3+'],
  '4B': ['pi4'],
});

function asciiPart(bytes: Uint8Array): string {
  const end = bytes.findIndex((byte) => byte > 0x7f);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('latin1');
}
