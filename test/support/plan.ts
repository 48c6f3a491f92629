import type { BootTimings, Ipv6Plan, Plan, PowerPlan, SlotPlan, StoragePlan } from '../../src/rack/plan.ts';
import { bytes, hours, millis, seconds, slotNumber, vlanId, watts } from '../../src/rack/units.ts';
import type { Ipv4, Ipv6 } from '../../src/wire/address.ts';

const timings: BootTimings = {
  discover: seconds(60),
  firstRequest: seconds(30),
  transferIdle: seconds(10),
  rootMount: seconds(60),
  ssh: seconds(60),
  offerDelay: millis(0),
  nudges: [],
};

/** What a rack file's switch has where it says nothing more. */
export const SWITCH_DEFAULTS = {
  reservedVlans: [],
  driver: undefined,
  ssh: undefined,
  isolation: 'manual',
  budgetBy: undefined,
  portMap: {},
} as const;

/** Without admission by time or headroom, so that tests see the rest of it. */
export const POWER: PowerPlan = {
  hold: seconds(5),
  concurrentBoots: 24,
  poll: seconds(10),
  headroom: 0,
  startBurst: 1024,
  startEvery: millis(1),
};

export const IPV6: Ipv6Plan = { gateway: 'pirack', autonomous: false, dns: [], nat64: undefined, mtu: undefined };

export const STORAGE: StoragePlan = {
  reserve: 0,
  lowAt: 10,
  fullInDays: 7,
  rootFillingAt: 80,
  rootFullAt: 95,
  database: bytes(2e9),
  verifyDays: 7,
};

/** A small real-looking plan: `count` slots on ports 1… of one switch, addresses by slot number. */
export function makePlan(count: number, change: Partial<Plan> = {}): Plan {
  return {
    rack: 'test',
    kind: 'virtual',
    trunk: undefined,
    zone: 'rack.example',
    slots: Array.from({ length: count }, (_, index) => makeSlot(index + 1)),
    switches: [
      {
        name: 'sw1',
        address: '127.0.0.1',
        port: 161,
        snmp: { version: '2c', community: { env: 'TEST_COMMUNITY' } },
        uplinks: ['49'],
        budget: watts(370),
        ...SWITCH_DEFAULTS,
      },
    ],
    images: [
      {
        name: 'debian',
        directory: '/nonexistent/debian',
        trim: { firmware: 'auto', initramfs: 'keep', kernel: 'keep' },
      },
    ],
    roots: { directory: '/nonexistent/roots', backend: 'auto', keepOld: hours(24), diskSize: undefined },
    storage: STORAGE,
    nfs: { server: 'auto', version: '3', otherVersions: 'served' },
    backups: undefined,
    power: POWER,
    ipv6: IPV6,
    api: undefined,
    dhcp: { lease: seconds(43_200) },
    timings: { '3B': timings, '3B+': timings, '4B': timings, default: timings },
    ...change,
  };
}

export function makeSlot(slot: number, change: Partial<SlotPlan> = {}): SlotPlan {
  const base = (slot - 1) * 4;
  return {
    slot: slotNumber(slot),
    switch: 'sw1',
    port: String(slot),
    vlan: vlanId(100 + slot),
    leg: `vlan${100 + slot}`,
    ipv4: {
      network: `10.20.0.${base}/30`,
      controller: `10.20.0.${base + 1}` as Ipv4,
      board: `10.20.0.${base + 2}` as Ipv4,
    },
    ipv6: {
      network: `2001:db8:0:${slot.toString(16)}::/64`,
      controller: `2001:db8:0:${slot.toString(16)}::1` as Ipv6,
      board: `2001:db8:0:${slot.toString(16)}::2` as Ipv6,
    },
    routed: undefined,
    sshPort: 5000 + slot,
    hostName: `pi${slot}`,
    image: 'debian',
    netboot: 'ipv4',
    simulate: undefined,
    ...change,
  };
}
