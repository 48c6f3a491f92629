/** A Pi 3 from power to Linux: mask ROM, bootcode.bin, start.elf (pi-boot §1.1, §1.10). */
import { bootRequests } from '../../../pi/tftp-names.ts';
import { romDhcp } from '../dhcp/rom.ts';
import { hang, type Machine, work } from '../machine.ts';
import { PI3_STYLE } from '../nic.ts';
import { forever, type Script } from '../script.ts';
import { describeOutcome, type FileServer, fetchFile, LITTLE_PATIENCE } from '../tftp/fetch.ts';
import { BootFiles } from './files.ts';
import { linkUp } from './link.ts';
import { bootLinux } from './linux.ts';

/** Without an SD card: its probe 5 s, then Ethernet 2 s; a 3B+ is heard some 18 s after power (pi-boot §1.1). */
const SD_PROBE_MS = 5000;
const ETHERNET_MS = { '3B': 2000, '3B+': 13_000, '4B': 0 } as const;
/** bootcode.bin is heard about 0.1 s after the ROM's TFTP ends (pi-boot §1.2). */
const BOOTCODE_START_MS = 100;
const FIRMWARE_START_MS = 400;

export function* bootPi3(machine: Machine): Script<never> {
  const { nic } = machine;
  const { model } = machine.identity;
  machine.enter('power-on', 'looks for an SD card');
  yield* work(machine, SD_PROBE_MS);
  yield* linkUp(machine);
  yield* work(machine, ETHERNET_MS[model]);

  nic.start();
  nic.style = PI3_STYLE;
  machine.enter('rom-dhcp');
  const romServer = yield* romDhcp(machine, model === '3B' ? '3B-rom' : '3B+-rom');
  if (!romServer) return yield* dead(machine, 'the boot ROM got no usable OFFER for five DISCOVERs');
  machine.enter('rom-tftp');
  silenceArp(machine);
  yield* romFiles(machine, romServer);

  yield* work(machine, BOOTCODE_START_MS);
  machine.enter('bootcode-dhcp');
  const server = yield* romDhcp(machine, 'bootcode');
  if (!server) return yield* dead(machine, 'bootcode.bin got no usable OFFER for five DISCOVERs');
  machine.enter('bootcode-tftp');
  silenceArp(machine);
  const files = new BootFiles(machine, server);
  const noFirmware = yield* files.firmware('bootcode', LITTLE_PATIENCE);
  if (noFirmware !== undefined) return yield* hang(machine, `bootcode.bin: ${noFirmware}`);

  yield* work(machine, FIRMWARE_START_MS);
  machine.enter('firmware-tftp');
  const noSystem = yield* files.stage('start', LITTLE_PATIENCE);
  if (noSystem !== undefined) return yield* hang(machine, `start.elf: ${noSystem}`);
  return yield* bootLinux(machine, files);
}

/** bootsig.bin, which nobody has, and bootcode.bin; without prefix and without options. */
function* romFiles(machine: Machine, server: FileServer): Script {
  for (const { name, how, stage } of bootRequests(machine.identity.model)) {
    if (stage !== 'rom') continue;
    const outcome = yield* fetchFile(machine, server, { name, how, stage, keep: false });
    if (name === 'bootcode.bin' && outcome.kind !== 'complete') {
      yield* hang(machine, `boot ROM: bootcode.bin: ${describeOutcome(outcome)}`);
    }
  }
}

/** Once it loads files a 3B answers no ARP any more; the 3B+ does (pi-boot §1.8). */
function silenceArp(machine: Machine): void {
  if (machine.identity.model === '3B' && !machine.options.answersArp) machine.nic.answersArp = false;
}

/** "Low-power state": nothing wakes it but taking the power away (pi-boot §1.6). */
function* dead(machine: Machine, reason: string): Script<never> {
  machine.nic.stop();
  machine.enter('dead', reason);
  return yield* forever();
}
