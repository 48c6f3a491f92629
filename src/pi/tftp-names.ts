/**
 * The files that a board asks for, in order, as seen in logs of real boards (pi-boot §1.7, §1.10, §2.4). A virtual board
 * follows these lists; a server tells expected misses from real ones with them.
 */
import { type PiModelName, piModel } from './models.ts';

export type NetbootModel = Extract<PiModelName, '3B' | '3B+' | '4B'>;

/** Which program asks: mask ROM, bootcode.bin, start.elf; or the EEPROM, start4.elf. */
export type TftpStage = 'rom' | 'bootcode' | 'start' | 'eeprom' | 'start4';

/** TFTP options that a stage puts in its read requests; the ROM sends none. A further DISCOVER comes before `bootcode`. */
export const STAGE_OPTIONS: Readonly<
  Record<TftpStage, { readonly tsize: boolean; readonly blksize: number | undefined }>
> = Object.freeze({
  rom: Object.freeze({ tsize: false, blksize: undefined }),
  bootcode: Object.freeze({ tsize: true, blksize: undefined }),
  start: Object.freeze({ tsize: true, blksize: undefined }),
  eeprom: Object.freeze({ tsize: true, blksize: 1468 }),
  start4: Object.freeze({ tsize: true, blksize: 1024 }),
});

export interface FileRequest {
  readonly stage: TftpStage;
  /** Without the prefix. */
  readonly name: string;
  /** True where the name is asked as `<serial8>/name`. */
  readonly prefixed: boolean;
  /** `probe`: the board reads the size from the OACK and ends the transfer with ERROR 0 "Early terminate". */
  readonly how: 'probe' | 'get';
  /**
   * `required`: no boot without it; `missing`: a 404 is the normal answer; `optional`: either, as the image has it.
   */
  readonly presence: 'required' | 'missing' | 'optional';
}

export interface BootTreeShape {
  /** What config.txt selects: `arm_64bit=1` or not. */
  readonly bits?: 64 | 32;
  /** Names from config.txt where they differ from the model's defaults. */
  readonly kernel?: string;
  readonly deviceTree?: string;
  /** Undefined = none is loaded. */
  readonly initramfs?: string;
  /** Names without folder and suffix: `disable-wifi`. */
  readonly overlays?: readonly string[];
  /** `gpu_mem=16`: the cut-down firmware is loaded. */
  readonly cutDown?: boolean;
}

/** Every request of a boot that goes well, from the first to the kernel. */
export function bootRequests(model: NetbootModel, tree: BootTreeShape = {}): readonly FileRequest[] {
  return model === '4B' ? pi4Requests(tree) : pi3Requests(model, tree);
}

/** What a board asks that is given bootcode.bin and nothing else: it looks below its prefix, then in the root, and stops. */
export function unassignedRequests(model: NetbootModel): readonly FileRequest[] {
  if (model === '4B') {
    const below = asker('eeprom', true);
    const root = asker('eeprom', false);
    return [
      ...below('probe', 'required', 'start4.elf'),
      ...below('probe', 'optional', 'start.elf'),
      ...root(
        'get',
        'optional',
        'config.txt',
        'pieeprom.sig',
        'recover4.elf',
        'recovery.elf',
        'start4.elf',
        'start.elf',
      ),
    ];
  }
  return [
    ...romRequests(),
    ...asker('bootcode', true)('probe', 'required', 'start.elf'),
    ...asker('bootcode', false)('get', 'optional', 'autoboot.txt', 'config.txt', 'recovery.elf', 'start.elf'),
  ];
}

/** bootsig.bin is asked before bootcode.bin in real logs, after it in the documentation: depend on neither. */
function romRequests(): FileRequest[] {
  const rom = asker('rom', false);
  return [...rom('get', 'missing', 'bootsig.bin'), ...rom('get', 'required', 'bootcode.bin')];
}

function pi3Requests(model: NetbootModel, tree: BootTreeShape): FileRequest[] {
  const bootcode = asker('bootcode', true);
  const start = asker('start', true);
  const { bits = 64, cutDown = false } = tree;
  const facts = piModel(model);
  const kernel = tree.kernel ?? (bits === 64 ? facts.kernel64 : facts.kernel32);
  return [
    ...romRequests(),
    ...bootcode('probe', 'required', 'start.elf'),
    ...bootcode('get', 'missing', 'autoboot.txt'),
    ...bootcode('probe', 'required', 'start.elf'),
    ...bootcode('get', 'required', 'config.txt'),
    ...bootcode('get', 'missing', 'recovery.elf'),
    ...bootcode('get', 'required', cutDown ? 'start_cd.elf' : 'start.elf', cutDown ? 'fixup_cd.dat' : 'fixup.dat'),
    ...start('get', 'missing', 'recovery.elf'),
    ...start('probe', 'required', 'config.txt'),
    ...start('get', 'required', 'config.txt'),
    ...start('get', 'missing', 'dt-blob.bin', 'recovery.elf'),
    ...start('get', 'required', 'config.txt'),
    ...start('get', 'missing', 'bootcfg.txt'),
    ...start('get', 'missing', ...recoveryImages(bits)),
    ...(bits === 32 ? start('get', 'missing', 'kernel8-32.img') : []),
    ...start('probe', 'required', kernel, kernel),
    ...initramfsRequests(start, tree),
    ...start('get', 'required', tree.deviceTree ?? facts.deviceTree),
    ...start('get', 'optional', 'overlays/overlay_map.dtb'),
    ...start('get', 'required', 'config.txt'),
    ...overlayRequests(start, tree),
    ...start('get', 'required', 'cmdline.txt'),
    ...start('get', 'missing', bits === 64 ? 'armstub8.bin' : 'armstub8-32.bin'),
    ...start('get', 'required', kernel),
  ];
}

function pi4Requests(tree: BootTreeShape): FileRequest[] {
  const eeprom = asker('eeprom', true);
  const start = asker('start4', true);
  const { bits = 64, cutDown = false } = tree;
  const facts = piModel('4B');
  const kernel = tree.kernel ?? (bits === 64 ? facts.kernel64 : facts.kernel32);
  return [
    ...eeprom('probe', 'required', 'start4.elf'),
    ...eeprom('get', 'required', 'config.txt'),
    ...eeprom('get', 'missing', 'pieeprom.sig', 'recover4.elf', 'recovery.elf'),
    ...eeprom('get', 'required', cutDown ? 'start4cd.elf' : 'start4.elf', cutDown ? 'fixup4cd.dat' : 'fixup4.dat'),
    ...start('get', 'missing', 'recovery.elf'),
    ...start('probe', 'required', 'config.txt'),
    ...start('get', 'required', 'config.txt'),
    ...start('get', 'missing', 'dt-blob.bin', 'recovery.elf'),
    ...start('get', 'required', 'config.txt'),
    ...start('get', 'missing', 'bootcfg.txt'),
    ...initramfsRequests(start, tree),
    ...start('get', 'required', tree.deviceTree ?? facts.deviceTree),
    ...start('get', 'optional', 'overlays/overlay_map.dtb'),
    ...start('get', 'required', 'config.txt'),
    ...overlayRequests(start, tree),
    ...start('get', 'required', 'cmdline.txt'),
    ...start('get', 'missing', ...recoveryImages(bits)),
    ...(bits === 32 ? start('get', 'missing', 'kernel8-32.img') : []),
    ...start('get', 'required', kernel),
    ...start('get', 'missing', bits === 64 ? 'armstub8-gic.bin' : 'armstub8-32-gic.bin'),
  ];
}

type Ask = (how: FileRequest['how'], presence: FileRequest['presence'], ...names: string[]) => FileRequest[];

function asker(stage: TftpStage, prefixed: boolean): Ask {
  return (how, presence, ...names) => names.map((name) => Object.freeze({ stage, name, prefixed, how, presence }));
}

function recoveryImages(bits: 64 | 32): string[] {
  return bits === 64 ? ['recovery8.img'] : ['recovery8.img', 'recovery8-32.img', 'recovery7.img', 'recovery.img'];
}

/** Three probes, then the file: so a 3B+ does it. */
function initramfsRequests(ask: Ask, tree: BootTreeShape): FileRequest[] {
  const name = tree.initramfs;
  if (name === undefined) return [];
  return [...ask('probe', 'required', name, name, name), ...ask('get', 'required', name)];
}

function overlayRequests(ask: Ask, tree: BootTreeShape): FileRequest[] {
  return ask('get', 'optional', ...(tree.overlays ?? []).map((name) => `overlays/${name}.dtbo`));
}

/** Names (without prefix) that boards ask for and that a sound boot tree does not have. */
const EXPECTED_MISSING: readonly RegExp[] = Object.freeze([
  /^bootsig\.bin$/,
  /^autoboot\.txt$/,
  /^tryboot\.txt$/,
  /^bootcfg\.txt$/,
  /^dt-blob\.bin$/,
  /^recover(y|4)\.elf$/,
  /^recovery(\d+[a-z]?)?(-32)?\.img$/,
  /^armstub(\d+[a-z]?)?(-32)?(-gic)?\.bin$/,
  /^kernel8-32\.img$/,
  /^pieeprom\.(sig|upd|bin)$/,
  /^vl805\.(sig|bin)$/,
  // Mainline images have no overlays of the Raspberry Pi kernel.
  /^overlays\/(overlay_map|hat_map)\.dtb$/,
]);

/** The prefix that a Pi 4 puts before names when TFTP_PREFIX is 0 (serial) or 2 (MAC); all others use the serial. */
const PREFIX = /^(?:[0-9a-f]{8}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5})\//i;

/** `name` without a leading serial or MAC folder, and that folder's name. */
export function splitPrefix(name: string): { readonly prefix: string | undefined; readonly name: string } {
  const match = PREFIX.exec(name);
  if (!match) return { prefix: undefined, name };
  return { prefix: match[0].slice(0, -1), name: name.slice(match[0].length) };
}

/** True where a 404 for this name, with or without prefix, is part of every healthy boot and worth no alarm. */
export function isExpectedMissing(name: string): boolean {
  const bare = splitPrefix(name).name;
  return EXPECTED_MISSING.some((pattern) => pattern.test(bare));
}

/** Names (without prefix) without which the model cannot boot this tree. */
export function requiredNames(model: NetbootModel, tree: BootTreeShape = {}): readonly string[] {
  const names = bootRequests(model, tree).filter((request) => request.presence === 'required');
  return [...new Set(names.map((request) => request.name))];
}
