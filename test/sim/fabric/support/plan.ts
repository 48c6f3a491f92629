/** A virtual rack for tests: one switch, one slot per model. */
import type { Plan, SimulatedModel } from '../../../../src/rack/plan.ts';
import { parseAddress } from '../../../../src/rack/prefix.ts';
import { hours, millis, seconds, slotNumber, vlanId, watts } from '../../../../src/rack/units.ts';
import { type Ipv6, parseIpv4 } from '../../../../src/wire/address.ts';
import { IPV6, POWER, STORAGE, SWITCH_DEFAULTS } from '../../../support/plan.ts';

export interface TestPlanOptions {
  readonly models: readonly (SimulatedModel | undefined)[];
  readonly switchAddress?: string;
  readonly snmpPort?: number;
  /** File with the community. */
  readonly secret?: string;
}

export function testPlan({
  models,
  switchAddress = '192.0.2.11',
  snmpPort = 161,
  secret = '/nowhere',
}: TestPlanOptions): Plan {
  const timings = {
    discover: seconds(60),
    firstRequest: seconds(30),
    transferIdle: seconds(10),
    rootMount: seconds(60),
    ssh: seconds(60),
    offerDelay: millis(0),
    nudges: [],
  };
  return {
    rack: 'test',
    kind: 'virtual',
    trunk: undefined,
    zone: 'pi.example.net',
    slots: models.map((simulate, i) => {
      const base = i * 4;
      const host = (n: number) => parseIpv4(`10.21.${(base + n) >> 8}.${(base + n) & 255}`);
      const prefix = `2001:db8:21:${(i + 1).toString(16)}::`;
      const six = (n: number) => parseAddress(`${prefix}${n}`)?.text as Ipv6;
      return {
        slot: slotNumber(i + 1),
        switch: 'sw1',
        port: String(i + 1),
        vlan: vlanId(101 + i),
        leg: `vlan${101 + i}`,
        ipv4: { network: `${host(0)}/30`, controller: host(1), board: host(2) },
        ipv6: { network: `${prefix}/64`, controller: six(1), board: six(2) },
        routed: undefined,
        netboot: 'ipv4',
        sshPort: 5001 + i,
        hostName: `test-s${i + 1}`,
        image: 'debian-12-pi',
        simulate,
      };
    }),
    switches: [
      {
        name: 'sw1',
        address: switchAddress,
        port: snmpPort,
        snmp: { version: '2c', community: { file: secret } },
        uplinks: [String(models.length + 1)],
        budget: watts(370),
        ...SWITCH_DEFAULTS,
      },
    ],
    images: [],
    roots: { directory: '/nowhere', backend: 'auto', keepOld: hours(24), diskSize: undefined },
    storage: STORAGE,
    nfs: { server: 'auto', version: '3', otherVersions: 'served' },
    backups: undefined,
    power: { ...POWER, hold: seconds(3), concurrentBoots: 8, poll: seconds(5) },
    ipv6: IPV6,
    api: undefined,
    dhcp: { lease: seconds(43_200) },
    timings: { '3B': timings, '3B+': timings, '4B': timings, default: timings },
  };
}
