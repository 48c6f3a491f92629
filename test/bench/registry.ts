/** The benches there are. A new one is an entry here and a folder beside this file. */
import type { BenchEntry } from './bench.ts';

export const BENCHES: readonly BenchEntry[] = Object.freeze([
  {
    name: 'tftp',
    summary: '108 boards at blksize 1468, at 512, with windowsize 16; a lone board',
    programs: ['dnsmasq', 'atftpd', 'in.tftpd'],
    load: async () => (await import('./tftp/index.ts')).tftpBench,
  },
  {
    name: 'dhcp4',
    summary: '108 boards from DISCOVER to ACK, durable leases, on legs and on one segment',
    programs: ['dnsmasq', 'kea-dhcp4'],
    load: async () => (await import('./dhcp/index.ts')).dhcp4Bench,
  },
  {
    name: 'dhcp6',
    summary: '108 boards from SOLICIT to REPLY, durable leases, on legs and on one segment',
    programs: ['dnsmasq', 'kea-dhcp6'],
    load: async () => (await import('./dhcp/index.ts')).dhcp6Bench,
  },
  {
    name: 'boot-storm',
    summary: '108 boards that get power at once; a dozen while another board floods at full speed',
    programs: ['dnsmasq', 'nft'],
    load: async () => (await import('./storm/index.ts')).stormBench,
  },
  {
    name: 'nfs',
    summary: '108 boards that read a file of their roots at once, by NFSv3 and NFSv4',
    programs: ['ganesha.nfsd', 'rpcbind', 'dbus-daemon', 'nfs-cat', 'nft'],
    load: async () => (await import('./nfs/index.ts')).nfsBench,
  },
]);
