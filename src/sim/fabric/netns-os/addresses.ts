/** Sets up and takes down the addresses of a board's namespace, each with one process. */
import { run } from '../../../net/run.ts';
import { seconds } from '../../../rack/units.ts';
import { parameter } from '../../board/cmdline.ts';
import type { OsBoot } from '../../board/os-port.ts';

/** IPv6 on, without waiting for duplicates of an address that is this port's alone; then what ip reads. */
const UP = `
echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad
echo 0 >/proc/sys/net/ipv6/conf/all/disable_ipv6
exec ip -batch -`;

/** Turning IPv6 off takes its addresses, routes and neighbours away. */
const DOWN = `
echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
ip -4 addr flush dev eth0
exec ip neigh flush dev eth0`;

const LIMIT = seconds(20);
const IPV6 = /^[0-9a-fA-F:.]+$/;

/** The `ip` commands for `ip=` (or DHCP) and `pirack.ipv6=<address>/<length>,<router>`. */
export function addressCommands({ cmdline, ipv4 }: Pick<OsBoot, 'cmdline' | 'ipv4'>): string[] {
  const commands = ['link set dev lo up', `addr replace ${ipv4.address}/${ipv4.prefixLength} dev eth0`];
  if (ipv4.router !== undefined) commands.push(`route replace 0.0.0.0/0 via ${ipv4.router} dev eth0`);
  const ipv6 = parameter(cmdline, 'pirack.ipv6');
  if (ipv6 === undefined) return commands;
  const [, address, length, router] = /^([^/,]+)\/(\d{1,3})(?:,(.+))?$/.exec(ipv6) ?? [];
  if (
    address === undefined ||
    !IPV6.test(address) ||
    Number(length) > 128 ||
    (router !== undefined && !IPV6.test(router))
  ) {
    throw new RangeError(`expected pirack.ipv6=<address>/<length>,<router>, got ${JSON.stringify(ipv6)}`);
  }
  commands.push(`addr replace ${address}/${length} dev eth0 nodad`);
  if (router !== undefined) commands.push(`route replace ::/0 via ${router} dev eth0`);
  return commands;
}

export async function setUpAddresses(netns: string, boot: OsBoot, signal: AbortSignal): Promise<void> {
  const input = `${addressCommands(boot).join('\n')}\n`;
  await run('nsenter', [`--net=${netns}`, 'sh', '-c', UP], { input, signal, timeout: LIMIT });
}

export async function takeDownAddresses(netns: string): Promise<void> {
  await run('nsenter', [`--net=${netns}`, 'sh', '-c', DOWN], { timeout: LIMIT });
}
