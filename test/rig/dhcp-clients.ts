/** DHCP clients that others wrote, as daemons: their configuration, and shell text that starts them in a slot. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ClientFiles {
  readonly directory: string;
  /** Shell text: packets to the server's own IPv4 address are lost from now on, and counted. */
  readonly dropUnicast: string;
  /** Shell text: RENEW messages of DHCPv6 are lost from now on, and counted. */
  readonly dropRenew6: string;
}

export function writeClientFiles(directory: string): ClientFiles {
  const write = (name: string, text: string, mode = 0o644) => writeFileSync(join(directory, name), text, { mode });
  write(
    'udhcpc.sh',
    `#!/bin/sh
case "$1" in
  deconfig) ip address flush dev $interface scope global ;;
  bound | renew) ip address replace $ip/$mask dev $interface ;;
esac
echo "$1 $ip lease $lease" >> ${directory}/udhcpc
`,
    0o755,
  );
  for (const family of ['4', '6']) {
    write(
      `dhclient${family}.sh`,
      `#!/bin/sh
case "$reason" in
  BOUND | RENEW | REBIND) ip address replace $new_ip_address/30 dev $interface ;;
  BOUND6 | RENEW6 | REBIND6) ip -6 address replace $new_ip6_address/128 dev $interface ;;
esac
echo "$reason $new_ip_address$new_ip6_address $new_preferred_life $new_max_life" >> ${directory}/dhclient${family}
exit 0
`,
      0o755,
    );
    write(`dhclient${family}.conf`, 'timeout 20;\nretry 1;\nrequest subnet-mask, routers;\n');
    write(`dhclient${family}.leases`, '');
  }
  write(
    'dhcpcd.sh',
    `#!/bin/sh\necho "$reason $new_ip_address$new_dhcp6_ia_na1_ia_addr1" >> ${directory}/dhcpcd\nexit 0\n`,
    0o755,
  );
  write('dhcpcd.conf', 'duid\nnoarp\nnoipv4ll\nipv6rs\nia_na 1\nrequire dhcp_server_identifier\n');
  write(
    'dhcp6c.conf',
    `interface eth0 { send ia-na 0; send ia-pd 0; send rapid-commit; };
id-assoc na 0 {};
id-assoc pd 0 { prefix-interface eth0 { sla-id 1; sla-len 8; }; };
`,
  );
  const drop = (rule: string) =>
    `nft add table inet lost && nft 'add chain inet lost out { type filter hook output priority 0; }' && nft add rule inet lost out ${rule} counter drop`;
  return {
    directory,
    dropUnicast: drop('udp dport 67 ip daddr != 255.255.255.255'),
    // The first byte after the UDP header.
    dropRenew6: drop('udp dport 547 @th,64,8 5'),
  };
}

/** Nobody waits for a daemon's standard output to end. */
const QUIET = '</dev/null >/dev/null 2>&1';

/** Each prints the pid of what it started. An address that is still tentative cannot be bound to: dhclient gives up on it. */
export const START = {
  link: `for c in all eth0; do echo 0 >/proc/sys/net/ipv6/conf/$c/disable_ipv6; done
echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad; ip link set lo up; ip link set eth0 up
for i in $(seq 100); do ip -6 address show dev eth0 scope link -tentative | grep -q fe80 && break; sleep 0.1; done`,
  udhcpc: ({ directory }: ClientFiles) =>
    `setsid busybox udhcpc -f -i eth0 -s ${directory}/udhcpc.sh -t 10 -T 1 ${QUIET} & echo $!`,
  dhclient4: ({ directory }: ClientFiles) => `setsid ${dhclient(directory, '4', '-d')} & echo $!`,
  dhclient6: ({ directory }: ClientFiles) => `setsid ${dhclient(directory, '6', '-d')} & echo $!`,
  dhcpcd: ({ directory }: ClientFiles) =>
    `setsid unshare -m sh -c 'mount -t tmpfs t /run; mount -t tmpfs t /var/lib/dhcpcd; exec dhcpcd -B -f ${directory}/dhcpcd.conf -c ${directory}/dhcpcd.sh eth0' ${QUIET} & echo $!`,
  dhcp6c: ({ directory }: ClientFiles) =>
    `setsid unshare -m sh -c 'mount -t tmpfs t /var/lib/dhcpv6; exec dhcp6c -f -c ${directory}/dhcp6c.conf -p ${directory}/dhcp6c.pid eth0' ${QUIET} & echo $!`,
  release4: ({ directory }: ClientFiles) => dhclient(directory, '4', '-r'),
  release6: ({ directory }: ClientFiles) => dhclient(directory, '6', '-r'),
};

function dhclient(directory: string, family: string, mode: string): string {
  const own = (name: string) => join(directory, `dhclient${family}.${name}`);
  const files = `-cf ${own('conf')} -lf ${own('leases')} -pf ${own('pid')} -sf ${own('sh')}`;
  return `dhclient -${family} ${mode} ${files} eth0 ${QUIET}`;
}
