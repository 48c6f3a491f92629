/** The slot's addresses and resolvers, for whichever of the usual programs sets up the network in the image. */
import type { SafeRoot } from '../safe-path.ts';
import type { NetworkWishes, Wishes } from './wishes.ts';

const BOARD_INTERFACE = 'eth0';

export async function writeNetwork(tree: SafeRoot, { hostName, zone, network }: Wishes): Promise<void> {
  await tree.writeFile('etc/hostname', `${hostName}\n`, 0o644);
  // 127.0.1.1 is the name of a machine without a fixed public address, by Debian's habit; sudo(8) looks it up.
  const names = zone === undefined ? hostName : `${hostName}.${zone} ${hostName}`;
  const hosts = `127.0.0.1 localhost\n127.0.1.1 ${names}\n::1 localhost ip6-localhost ip6-loopback\n`;
  await tree.writeFile('etc/hosts', hosts, 0o644);
  if (network === undefined) return;
  await tree.makeDirectory('etc/pirack', 0o755);
  await tree.writeFile('etc/pirack/slot', slotFile(network), 0o644);
  if ((await tree.list('etc/systemd/network')) !== undefined)
    await tree.writeFile('etc/systemd/network/10-pirack.network', networkdFile(network), 0o644);
  if ((await tree.list('etc/network/interfaces.d')) !== undefined)
    await tree.writeFile('etc/network/interfaces.d/pirack', ifupdownFile(network), 0o644);
  // A link there belongs to a resolver of the image's own, which learns the addresses from router advertisements.
  if (network.dns.length > 0 && (await tree.kind('etc/resolv.conf')) !== 'link')
    await tree.writeFile('etc/resolv.conf', network.dns.map((address) => `nameserver ${address}\n`).join(''), 0o644);
}

/** For scripts: shell words. */
function slotFile({ slot, ipv4, ipv6, dns }: NetworkWishes): string {
  return [
    `PIRACK_SLOT=${slot}`,
    `PIRACK_IPV4=${ipv4.address}/30`,
    `PIRACK_IPV6=${ipv6.address}/64`,
    `PIRACK_GATEWAY6=${ipv6.gateway}`,
    `PIRACK_DNS='${dns.join(' ')}'`,
    '',
  ].join('\n');
}

/** The root is on this interface: its IPv4 address is the kernel's, and is never taken away (systemd.network(5)). */
function networkdFile({ ipv6, dns }: NetworkWishes): string {
  return [
    '[Match]',
    `Name=${BOARD_INTERFACE}`,
    '',
    '[Network]',
    'KeepConfiguration=yes',
    'DHCP=no',
    `Address=${ipv6.address}/64`,
    `Gateway=${ipv6.gateway}`,
    ...dns.map((address) => `DNS=${address}`),
    '',
  ].join('\n');
}

/** `manual` leaves the IPv4 address alone (interfaces(5)). */
function ifupdownFile({ ipv6, dns }: NetworkWishes): string {
  return [
    `auto ${BOARD_INTERFACE}`,
    `iface ${BOARD_INTERFACE} inet manual`,
    `iface ${BOARD_INTERFACE} inet6 static`,
    `  address ${ipv6.address}/64`,
    `  gateway ${ipv6.gateway}`,
    ...(dns.length === 0 ? [] : [`  dns-nameservers ${dns.join(' ')}`]),
    '',
  ].join('\n');
}
