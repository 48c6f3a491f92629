/** pirack and dnsmasq, each as the one server of a rack. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vendorOptions } from '../../../src/pi/rom.ts';
import type { BenchContext } from '../bench.ts';
import type { ServerCommand } from '../support/server.ts';
import { udpPortTaken } from '../support/udp-port.ts';
import type { BootDirectories } from './boot-files.ts';

const script = fileURLToPath(new URL('serve.ts', import.meta.url));

export function pirack({ directory }: BenchContext, { boot }: BootDirectories): ServerCommand {
  const state = mkdtempSync(join(directory, 'state-'));
  return { name: 'pirack', program: process.execPath, args: [script, state, boot], readyLine: 'ready' };
}

/**
 * One address a leg, the options that a Pi looks for byte for byte as pirack sends them, no echo request before an OFFER.
 * It writes its lease file anew at every change; in memory here, as pirack's database is.
 */
export function dnsmasq({ program, plan, directory }: BenchContext, { root }: BootDirectories): ServerCommand {
  const state = mkdtempSync(join(directory, 'dnsmasq-'));
  const lines = [
    ...['port=0', 'user=root', 'no-ping', 'quiet-dhcp', 'quiet-tftp', 'bind-dynamic', 'dhcp-authoritative'],
    ...[`dhcp-leasefile=${state}/leases`, 'dhcp-lease-max=1000'],
    ...['enable-tftp', `tftp-root=${root}`, 'tftp-max=1000'],
    `dhcp-option-force=43,${Array.from(vendorOptions(), (byte) => byte.toString(16).padStart(2, '0')).join(':')}`,
    ...plan.slots.flatMap(({ slot, leg, ipv4 }) => [
      `interface=${leg}`,
      `dhcp-range=set:s${slot},${ipv4.board},${ipv4.board},255.255.255.252,12h`,
      `dhcp-option-force=tag:s${slot},66,${ipv4.controller}`,
    ]),
  ];
  const file = `${state}/dnsmasq.conf`;
  writeFileSync(file, `${lines.join('\n')}\n`);
  return {
    name: 'dnsmasq',
    program: program('dnsmasq'),
    args: ['--keep-in-foreground', `--conf-file=${file}`, '--pid-file=', '--log-facility=/dev/null'],
    ready: () => udpPortTaken(67),
  };
}
