/** One qemu guest as something that can be plugged into a switch port. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Clock } from '../../rack/clock.ts';
import { slotNumber, type Watts, watts } from '../../rack/units.ts';
import type { Mac } from '../../wire/address.ts';
import { pi4Mac } from '../board/identity.ts';
import { powerDraw } from '../board/power-draw.ts';
import { type BoardStage, type BoardStatus, noCounters } from '../board/status.ts';
import type { Phy } from '../board/wire.ts';
import { consoleStage } from './console.ts';

export interface QemuGuestOptions {
  readonly slot: number;
  /** u-boot boots by IPv4, UEFI here by IPv6 alone. */
  readonly firmware: GuestFirmware;
  /** The tap that qemu takes, in the namespace of this process. */
  readonly tap: string;
  /** The link of the switch port, which here is the same tap. */
  readonly phy: Phy;
  /** Where the guest's console is written; started anew at every power-on. */
  readonly consoleLog: string;
  readonly clock: Clock;
  readonly complain: (message: string) => void;
}

export type GuestFirmware = 'u-boot' | 'uefi';

export const UBOOT = '/usr/lib/u-boot/qemu_arm64/u-boot.bin';
export const UEFI = '/usr/share/qemu-efi-aarch64/QEMU_EFI.fd';
/** A kernel as an EFI program is in memory twice for a while. */
const MEMORY_MB = Object.freeze({ 'u-boot': 512, uefi: 768 });
/** A guest that prints without end must not fill the disk. */
const MOST_LOG_BYTES = 8 * 1024 * 1024;

export function qemuArguments({ tap, mac, firmware }: { tap: string; mac: Mac; firmware: GuestFirmware }): string[] {
  const bios = firmware === 'uefi' ? UEFI : UBOOT;
  return [
    ...['-machine', 'virt', '-cpu', 'cortex-a72', '-accel', 'tcg,thread=multi', '-smp', '1'],
    ...['-m', String(MEMORY_MB[firmware]), '-nodefaults', '-display', 'none', '-monitor', 'none', '-serial', 'stdio'],
    ...['-bios', bios, '-netdev', `tap,id=net,ifname=${tap},script=no,downscript=no`],
    ...['-object', 'rng-random,id=rng,filename=/dev/urandom'],
    ...(firmware === 'uefi' ? uefiDevices(mac) : ubootDevices(mac)),
  ];
}

/** The network card is virtio over MMIO: over PCI, u-boot 2023.01 sends a wrong MAC. */
function ubootDevices(mac: Mac): string[] {
  return ['-device', `virtio-net-device,netdev=net,mac=${mac}`, '-device', 'virtio-rng-device,rng=rng'];
}

/** Over PCI, as this firmware looks nowhere else for what to boot from; it then need not wait a minute for IPv4. */
function uefiDevices(mac: Mac): string[] {
  return [
    ...['-device', `virtio-net-pci,netdev=net,mac=${mac},bootindex=1,romfile=`, '-device', 'virtio-rng-pci,rng=rng'],
    ...['-fw_cfg', 'name=opt/org.tianocore/IPv4PXESupport,string=n'],
  ];
}

export class QemuGuest {
  readonly #options: QemuGuestOptions;
  readonly #mac: Mac;
  #child: ChildProcessByStdio<null, Readable, Readable> | undefined;
  #log: WriteStream | undefined;
  #powered = false;
  #linkUp = false;
  #stage: BoardStage = 'off';
  #since: number;
  #reason = '';
  #boots = 0;

  constructor(options: QemuGuestOptions) {
    this.#options = options;
    this.#mac = pi4Mac(options.slot);
    this.#since = options.clock.now();
  }

  powerOn(): void {
    if (this.#powered) return;
    this.#powered = true;
    this.#boots++;
    this.#enter('power-on', 'qemu starts');
    this.#options.phy.up(() => {
      this.#linkUp = true;
    });
    this.#start();
  }

  /** The process is killed, and with it everything that the guest had not written. */
  powerOff(): void {
    if (!this.#powered) return;
    this.#powered = false;
    this.#linkUp = false;
    this.#options.phy.down();
    const child = this.#child;
    this.#child = undefined;
    child?.kill('SIGKILL');
    this.#log?.end();
    this.#log = undefined;
    this.#enter('off', '');
  }

  watts(): Watts {
    return this.#powered ? powerDraw('4B', this.#stage) : watts(0);
  }

  get mac(): Mac {
    return this.#mac;
  }

  linkUp(): boolean {
    return this.#linkUp;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  status(): BoardStatus {
    return {
      slot: slotNumber(this.#options.slot),
      model: 'qemu',
      mac: this.#mac,
      serial: '',
      revision: '',
      powered: this.#powered,
      stage: this.#stage,
      since: this.#since,
      reason: this.#reason,
      linkUp: this.#linkUp,
      watts: this.watts(),
      bootCount: this.#boots,
      address: '',
      counters: noCounters(),
      files: [],
    };
  }

  #start(): void {
    const { tap, consoleLog, firmware } = this.#options;
    mkdirSync(dirname(consoleLog), { recursive: true });
    const log = createWriteStream(consoleLog);
    log.on('error', (cause) => this.#options.complain(`${consoleLog}: ${cause.message}`));
    this.#log = log;
    const child = spawn('qemu-system-aarch64', qemuArguments({ tap, mac: this.#mac, firmware }), {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    let written = 0;
    let error = '';
    child.stdout.on('data', (chunk: Buffer) => {
      written += chunk.length;
      if (written <= MOST_LOG_BYTES) log.write(chunk);
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      const stage = this.#child === child ? consoleStage(line) : undefined;
      if (stage !== undefined && stage !== this.#stage) this.#enter(stage, line.trim().slice(0, 200));
    });
    child.stderr.on('data', (chunk: Buffer) => {
      error = (error + chunk.toString('utf8')).slice(-1000);
    });
    const ended = (how: string) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      // A guest that switches itself off is a halted board: it draws little, and wants its power cut to start again.
      this.#enter('dead', `qemu ended (${how})${error === '' ? '' : `: ${error.trim().split('\n').at(-1)}`}`);
    };
    child.on('error', (cause) => ended(cause.message));
    child.on('close', (code, signal) => ended(`exit ${code ?? signal}`));
  }

  #enter(stage: BoardStage, reason: string): void {
    this.#stage = stage;
    this.#reason = reason;
    this.#since = this.#options.clock.now();
  }
}
