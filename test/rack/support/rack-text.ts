import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from '../../../src/rack/plan.ts';
import { loadRackFile } from '../../../src/rack/rack-file.ts';

/** Loads with directories that show in results: /cache, and /state/RACK. */
export function load(content: string | Uint8Array, path = '/etc/pirack/oak.yaml') {
  return loadRackFile(content, { path, cacheDirectory: '/cache', stateDirectory: (rack) => `/state/${rack}` });
}

/** The plan of an example in rack-configs. */
export function example(name: string): Plan {
  const path = join(import.meta.dirname, '../../../rack-configs', name);
  const { plan, problems } = load(readFileSync(path), path);
  if (!plan) throw new Error(`expected a plan of ${name}, got ${JSON.stringify(problems)}`);
  return plan;
}

interface Parts {
  readonly kind?: 'virtual' | 'real';
  readonly trunk?: string;
  readonly trunkBase?: number;
  readonly addresses?: string;
  readonly reserved?: string;
  readonly slots?: readonly string[];
  /** Lines at the end. */
  readonly more?: string;
}

/** A sound rack file of one switch and three images, with parts replaced. */
export function rackText(parts: Parts): string {
  const { kind = 'virtual', trunkBase = 100, addresses, reserved = '["1002-1003", 4094]', more = '' } = parts;
  const simulate = kind === 'virtual' ? ', simulate: 3B' : '';
  const slots = parts.slots ?? [`{slots: 1-4, switch: sw1, ports: 1-4${simulate}}`];
  return `rack: oak
kind: ${kind}
zone: pi.example.net
trunk: {vlan_base: ${trunkBase}${parts.trunk ? `, interface: ${parts.trunk}` : ''}}
addresses: ${addresses ?? '{ipv4: 10.20.0.0/22, ipv6: "2001:db8:20::/56"}'}
switches:
  - name: sw1
    address: 192.0.2.11
    snmp: {version: 2c, community: {file: community}}
    uplinks: ["49-50"]
    budget: 370 W
    reserved_vlans: ${reserved}
images:
  - {name: debian, directory: cache:images/debian}
  - {name: ubuntu, directory: /srv/ubuntu}
  - {name: arch, directory: images/arch}
slots:
${slots.map((slot) => `  - ${slot}`).join('\n')}
${more}
`;
}
