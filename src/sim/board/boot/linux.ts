/** From the kernel's first instruction to the running system. */
import { parameter, parseIpParameter } from '../cmdline.ts';
import { linuxDhcp } from '../dhcp/linux.ts';
import { hang, type Machine, work } from '../machine.ts';
import type { Ipv4Settings } from '../os-port.ts';
import { forever, type Script, waitFor } from '../script.ts';
import type { BootFiles } from './files.ts';

/** Decompressing and starting: LOG of a 3B+ has about 11 s from the last file to the kernel's DHCP (pi-boot §1.10). */
const KERNEL_START_MS = { '3B': 10_600, '3B+': 10_600, '4B': 5000 } as const;

export function* bootLinux(machine: Machine, files: BootFiles): Script<never> {
  const { nic } = machine;
  nic.stop();
  machine.enter('kernel', `${files.config.bits}-bit kernel starts`);
  yield* work(machine, KERNEL_START_MS[machine.identity.model]);
  const cmdline = files.cmdline;
  if (!cmdline) return yield* hang(machine, 'the kernel got no command line: it panics without a root');
  if (parameter(cmdline, 'nfsroot') === undefined) {
    return yield* hang(machine, 'the kernel panics: no nfsroot= on the command line, and this board has no other disk');
  }
  let settings: { ipv4: Ipv4Settings; hostname: string };
  try {
    const ip = parseIpParameter(parameter(cmdline, 'ip'));
    if (ip.kind === 'off') return yield* hang(machine, 'the kernel panics: ip=off, so there is no way to the root');
    if (ip.kind === 'static') settings = ip;
    else {
      machine.enter('kernel-dhcp', 'asks for an address');
      nic.start();
      const lease = yield* linuxDhcp(machine, files.config.initramfs !== undefined);
      nic.stop();
      settings = { ipv4: lease, hostname: ip.hostname || lease.hostname };
    }
  } catch (error) {
    return yield* hang(machine, `the kernel panics: ${(error as Error).message}`);
  }
  return yield* runSystem(machine, cmdline, settings);
}

function* runSystem(
  machine: Machine,
  cmdline: string,
  settings: { ipv4: Ipv4Settings; hostname: string },
): Script<never> {
  machine.nic.address = settings.ipv4.address;
  machine.enter('os-network', 'the OS starts');
  let failure: string | undefined;
  const { ipv4, hostname } = settings;
  machine.startOs(
    { cmdline, ipv4, hostname, bootCount: machine.bootCount },
    {
      stage: (stage, detail) => machine.enter(stage, detail),
      failed(reason) {
        failure = reason;
        machine.wake();
      },
      reboot: () => machine.reset(),
    },
  );
  yield* waitFor(machine.clock, Number.POSITIVE_INFINITY, () => failure !== undefined);
  machine.enter('os-failed', failure);
  return yield* forever();
}
