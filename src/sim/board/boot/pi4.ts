/** A Pi 4 from power to Linux: EEPROM bootloader, start4.elf (pi-boot §2). */
import { eepromDhcp } from '../dhcp/eeprom.ts';
import { eepromDhcp6 } from '../dhcp/eeprom6.ts';
import { hang, type Machine, work } from '../machine.ts';
import { PI4_STYLE } from '../nic.ts';
import { forever, pause, type Script } from '../script.ts';
import { LITTLE_PATIENCE } from '../tftp/fetch.ts';
import { BootFiles } from './files.ts';
import { linkUp } from './link.ts';
import { bootLinux } from './linux.ts';

const EEPROM_START_MS = 2500;
const ETHERNET_MS = 1500;
const FIRMWARE_START_MS = 400;
/** Between two rounds of BOOT_ORDER, and between two tries of the network (pi-boot §2.5). */
const RETRY_PAUSE_MS = 5000;

export function* bootPi4(machine: Machine): Script<never> {
  const { bootOrder, netBootMaxRetries } = machine.options.eeprom;
  machine.enter('power-on', 'EEPROM starts');
  yield* work(machine, EEPROM_START_MS);
  for (;;) {
    let restart = false;
    for (let order = bootOrder; order !== 0 && !restart; order >>>= 4) {
      const mode = order & 15;
      if (mode === 2) {
        for (let i = 0; i <= netBootMaxRetries || netBootMaxRetries < 0; i++) {
          if (i > 0) yield* pause(machine.clock, RETRY_PAUSE_MS);
          const failure = yield* networkBoot(machine);
          machine.nic.stop();
          machine.enter('rom-dhcp', `network boot failed: ${failure}`);
        }
      } else if (mode === 0xe) {
        machine.enter('dead', `BOOT_ORDER 0x${bootOrder.toString(16)} ends in STOP`);
        return yield* forever();
      } else if (mode === 0xf) restart = true;
      else machine.enter('power-on', `BOOT_ORDER 0x${bootOrder.toString(16)}: mode ${mode} finds nothing to boot`);
    }
    if (!restart) {
      machine.enter('dead', `BOOT_ORDER 0x${bootOrder.toString(16)} has nothing left to try`);
      return yield* forever();
    }
    yield* pause(machine.clock, RETRY_PAUSE_MS);
  }
}

/** Returns only when it failed, with the reason; otherwise Linux runs. */
function* networkBoot(machine: Machine): Script<string> {
  const { nic } = machine;
  yield* linkUp(machine);
  yield* work(machine, ETHERNET_MS);
  nic.start();
  nic.style = PI4_STYLE;
  machine.enter('rom-dhcp');
  const server = machine.options.eeprom.useIpv6 ? yield* eepromDhcp6(machine) : yield* eepromDhcp(machine);
  if (typeof server === 'string') return server;
  machine.enter('bootcode-tftp');
  const files = new BootFiles(machine, server);
  // The EEPROM counts the time of a whole file; start4.elf gives up after a lost packet.
  const patience = { packet: Number.POSITIVE_INFINITY, file: machine.options.eeprom.tftpFileTimeout };
  const noFirmware = yield* files.firmware('eeprom', patience);
  if (noFirmware !== undefined) return noFirmware;

  yield* work(machine, FIRMWARE_START_MS);
  machine.enter('firmware-tftp');
  const noSystem = yield* files.stage('start4', LITTLE_PATIENCE);
  if (noSystem !== undefined) return yield* hang(machine, `start4.elf: ${noSystem}`);
  return yield* bootLinux(machine, files);
}
