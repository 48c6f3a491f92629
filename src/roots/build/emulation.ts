/**
 * How the packages' scripts, which are programs of the board's processor, are run on this machine. The kernel hands them to
 * qemu's user-mode emulator (binfmt_misc); since Linux 6.7 a user namespace has a table of such handlers for itself, so that
 * nothing of the machine needs to be changed. Pure.
 */
import { BuildRefused } from './errors.ts';
import type { BuildArchitecture } from './releases.ts';

export interface Machine {
  /** As Node names it: `x64`, `arm64`. */
  readonly arch: string;
  /** `6.18.44`. */
  readonly kernel: string;
  /** Full path of a program; undefined when it is not installed. */
  readonly find: (program: string) => string | undefined;
  /** What a handler of the machine says of itself, by its name; undefined where there is none. */
  readonly handler: (name: string) => string | undefined;
}

export type Emulation =
  /** The processor runs them, or the machine has a handler. */
  | { readonly kind: 'none' | 'of-machine' }
  /** To be written to `register` of a namespace's own table. */
  | { readonly kind: 'of-namespace'; readonly registration: string };

const hex = (byte: number): string => `\\x${byte.toString(16).padStart(2, '0')}`;

/** ELF of that class (1: 32 bit, 2: 64 bit), little endian, version 1; then type (2 or 3 by the mask) and machine. */
function elfHead(bits: 1 | 2, machine: number): string {
  const bytes = [0x7f, 0x45, 0x4c, 0x46, bits, 1, 1, ...Array<number>(9).fill(0), 2, 0, machine, 0];
  return bytes.map(hex).join('');
}

/** The byte for the operating system says nothing, and a program may be of a fixed place (2) or of any (3). */
const MASK = [...Array<number>(7).fill(255), 0, ...Array<number>(8).fill(255), 254, 255, 255, 255].map(hex).join('');

/** Machine numbers of ELF are at byte 18: EM_AARCH64 is 183, EM_ARM is 40. */
const HEAD: Readonly<Record<BuildArchitecture, { readonly qemu: string; readonly elf: string }>> = Object.freeze({
  arm64: { qemu: 'qemu-aarch64', elf: elfHead(2, 183) },
  armhf: { qemu: 'qemu-arm', elf: elfHead(1, 40) },
});

/** Throws BuildRefused, with what to install. */
export function chooseEmulation(arch: BuildArchitecture, machine: Machine): Emulation {
  // Every Pi and most servers of this processor run 32-bit programs too; where not, the first one says so.
  if (machine.arch === 'arm64') return { kind: 'none' };
  const { qemu, elf } = HEAD[arch];
  const handler = machine.handler(qemu) ?? '';
  // F: the emulator was opened when it was registered, so that it is found from inside the image too.
  if (/^enabled$/m.test(handler) && /^flags: \S*F/m.test(handler)) return { kind: 'of-machine' };
  const emulator = machine.find(`${qemu}-static`);
  if (emulator === undefined)
    throw new BuildRefused(
      `this machine's processor (${machine.arch}) does not run ${arch} programs, and ${qemu}-static is missing: apt-get install qemu-user-static`,
    );
  const [major = 0, minor = 0] = machine.kernel.split('.').map(Number);
  if (major < 6 || (major === 6 && minor < 7))
    throw new BuildRefused(
      `${emulator} is there, and the kernel does not know of it (Linux ${machine.kernel}; from 6.7 on it need not): apt-get install binfmt-support`,
    );
  // C: setuid programs of the image keep their rights. O: the program is opened for the emulator.
  return { kind: 'of-namespace', registration: `:${qemu}:M::${elf}:${MASK}:${emulator}:OCF` };
}
