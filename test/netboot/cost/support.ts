/** Images with boot files of given sizes, and what a virtual board fetches of them. */
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { BootTree } from '../../../src/netboot/tree/types.ts';
import type { NetbootModel } from '../../../src/pi/tftp-names.ts';
import type { TrimPlan } from '../../../src/rack/plan.ts';
import { type Image, readImage } from '../../../src/roots/images.ts';
import { boardIdentity } from '../../../src/sim/board/identity.ts';
import { makeFakeImage, scratchDirectory } from '../../roots/support/fake-image.ts';
import { content, rig } from '../../sim/board/support/rig.ts';

export const KEEP: TrimPlan = { firmware: 'full', initramfs: 'keep', kernel: 'keep' };

/** Sizes that end in the middle of a block, at its end, and with an empty file. */
const SIZES: Readonly<Record<string, number>> = {
  'bootcode.bin': 52_460,
  'start.elf': 40_000,
  'fixup.dat': 7262,
  'start_cd.elf': 12_288,
  'fixup_cd.dat': 3170,
  'start4.elf': 50_000,
  'fixup4.dat': 5399,
  'start4cd.elf': 14_680,
  'fixup4cd.dat': 3170,
  'kernel8.img': 120_000,
  initramfs8: 20_480,
  'bcm2710-rpi-3-b.dtb': 15_360,
  'bcm2710-rpi-3-b-plus.dtb': 15_361,
  'bcm2711-rpi-4-b.dtb': 27_000,
};

const MOST = 1_000_000;

/** Changes of size by name; undefined takes the file away. */
export async function imageWith(
  changes: Readonly<Record<string, number | Uint8Array | undefined>> = {},
): Promise<Image> {
  const directory = makeFakeImage(scratchDirectory());
  const boot = join(directory, 'boot');
  for (const [name, what] of Object.entries({ ...SIZES, ...changes })) {
    if (what === undefined) continue;
    mkdirSync(join(boot, name, '..'), { recursive: true });
    // What is larger is never sent in a test: only its size counts.
    writeFileSync(join(boot, name), typeof what !== 'number' ? what : what <= MOST ? content(what) : '');
    if (typeof what === 'number' && what > MOST) truncateSync(join(boot, name), what);
  }
  return readImage(directory);
}

/** Bytes that unpack to a kernel which calls itself so, and holds these marks. */
export function kernelText(release: string, marks: readonly string[], packed = true): Uint8Array {
  const bytes = Buffer.from(
    `MZ\0\0Linux version %s (%s)\0Linux version ${release} (debian)\0${marks.join('\0')}\0${'x'.repeat(5000)}`,
  );
  return packed ? gzipSync(bytes) : bytes;
}

export interface Fetched {
  readonly requests: readonly string[];
  readonly bytes: number;
  /** DATA packets that came. */
  readonly blocks: number;
  readonly stage: string;
}

/** Boots a virtual board from exactly this tree, and says what it asked for. */
export function boot(model: NetbootModel, tree: BootTree): Fetched {
  const { serial8 } = boardIdentity(1, model);
  const files = new Map<string, Uint8Array>();
  const put = (name: string, bytes: Uint8Array) => files.set(`${serial8}/${name}`, bytes);
  for (const directory of [tree.imageBoot, tree.smaller]) if (directory !== undefined) putAll(directory, put);
  for (const [name, text] of Object.entries(tree.rendered)) put(name, Buffer.from(text, 'latin1'));
  files.set('bootcode.bin', readFileSync(join(tree.firstStage, 'bootcode.bin')));
  let blocks = 0;
  const { board, clock } = rig({
    model,
    files,
    board: { digest: false },
    wire: {
      drop: (frame) => {
        if (isData(frame)) blocks++;
        return false;
      },
    },
  });
  board.powerOn();
  clock.runUntil(() => ['os-up', 'hung', 'dead', 'os-failed'].includes(board.status().stage), 200_000);
  const { files: records, counters, stage } = board.status();
  const requests = records.map(
    ({ name, how, outcome, size }) => `${how} ${name.replace(`${serial8}/`, '')} ${outcome} ${size}`,
  );
  return { requests, bytes: counters.bytes, blocks, stage };
}

function putAll(directory: string, put: (name: string, bytes: Uint8Array) => void): void {
  for (const name of readdirSync(directory, { recursive: true }) as string[]) {
    if (statSync(join(directory, name)).isFile()) put(name, readFileSync(join(directory, name)));
  }
}

/** IPv4 without options, UDP from a transfer's port, opcode 3. */
function isData(frame: Uint8Array): boolean {
  const port = ((frame[34] as number) << 8) | (frame[35] as number);
  return frame[12] === 8 && frame[13] === 0 && frame[23] === 17 && port >= 40_000 && port < 49_152 && frame[43] === 3;
}
