/** The servers, each configured for the same wires as its manual has it, with its leases in a file in `directory`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BenchContext } from '../bench.ts';
import type { ServerCommand } from '../support/server.ts';
import { udpPortTaken } from '../support/udp-port.ts';
import type { Served } from './wires.ts';

export type Family = 4 | 6;

const LEASE_SECONDS = 43_200;
const RESOLVER6 = '2001:db8::53';

const portOf = (family: Family) => (family === 4 ? 67 : 547);

export function pirack(family: Family, directory: string): ServerCommand {
  const script = fileURLToPath(new URL('serve.ts', import.meta.url));
  return { name: 'pirack', program: process.execPath, args: [script, String(family), directory], readyLine: 'ready' };
}

/** It writes its whole lease file anew and syncs it at every change; it has no other way. No echo request first. */
export function dnsmasq(
  context: BenchContext,
  family: Family,
  served: readonly Served[],
  directory: string,
): ServerCommand {
  const ranges = served.map(({ ipv4, ipv6 }) =>
    family === 4
      ? `dhcp-range=${ipv4.from},${ipv4.to},${LEASE_SECONDS}`
      : `dhcp-range=${ipv6.from},${ipv6.to},64,${LEASE_SECONDS}`,
  );
  const lines = [
    ...['port=0', 'user=root', 'no-ping', 'quiet-dhcp', 'quiet-dhcp6', 'bind-dynamic', 'dhcp-authoritative'],
    ...served.map((one) => `interface=${one.interface}`),
    ...[`dhcp-leasefile=${directory}/leases`, 'domain=rack.example'],
    ...(family === 4 ? ['dhcp-option=option:dns-server,0.0.0.0'] : [`dhcp-option=option6:dns-server,[${RESOLVER6}]`]),
    ...ranges,
  ];
  const file = `${directory}/dnsmasq.conf`;
  writeFileSync(file, `${lines.join('\n')}\n`);
  return {
    name: 'dnsmasq',
    program: context.program('dnsmasq'),
    args: ['--keep-in-foreground', `--conf-file=${file}`, '--pid-file=', '--log-facility=/dev/null'],
    ready: () => udpPortTaken(portOf(family)),
  };
}

/** Its default: a file that is appended to at every change, and not synced; one thread. */
export function kea(
  context: BenchContext,
  family: Family,
  served: readonly Served[],
  directory: string,
): ServerCommand {
  const file = `${directory}/kea.json`;
  const common = {
    'interfaces-config': { interfaces: served.map((one) => one.interface) },
    'lease-database': { type: 'memfile', persist: true, name: `${directory}/leases.csv`, 'lfc-interval': 0 },
    'valid-lifetime': LEASE_SECONDS,
    loggers: [{ name: `kea-dhcp${family}`, severity: 'ERROR', output_options: [{ output: `${directory}/kea.log` }] }],
  };
  const configuration =
    family === 4 ? { Dhcp4: { ...common, ...kea4(served) } } : { Dhcp6: { ...common, ...kea6(served) } };
  writeFileSync(file, JSON.stringify(configuration));
  return {
    name: 'kea',
    program: context.program(`kea-dhcp${family}`),
    args: ['-c', file],
    env: { KEA_PIDFILE_DIR: directory, KEA_LOCKFILE_DIR: directory },
    ready: () => udpPortTaken(portOf(family)),
  };
}

function kea4(served: readonly Served[]) {
  return {
    subnet4: served.map(({ id, interface: name, ipv4 }) => ({
      ...{ id, subnet: ipv4.subnet, interface: name, pools: [{ pool: `${ipv4.from} - ${ipv4.to}` }] },
      'option-data': [
        { name: 'routers', data: ipv4.server },
        { name: 'domain-name-servers', data: ipv4.server },
        { name: 'domain-name', data: 'rack.example' },
      ],
    })),
  };
}

function kea6(served: readonly Served[]) {
  return {
    'preferred-lifetime': LEASE_SECONDS,
    'server-id': { type: 'LL', persist: false },
    'option-data': [
      { name: 'dns-servers', data: RESOLVER6 },
      { name: 'domain-search', data: 'rack.example' },
    ],
    subnet6: served.map(({ id, interface: name, ipv6 }) => ({
      ...{ id, subnet: ipv6.subnet, interface: name, pools: [{ pool: `${ipv6.from} - ${ipv6.to}` }] },
    })),
  };
}
