/** The virtual switch behind the Q-BRIDGE dialect, on a virtual clock without sockets. */
import type { Clock } from '../../../../src/rack/clock.ts';
import type { VlanId } from '../../../../src/rack/units.ts';
import type { BridgeConfig } from '../../../../src/sim/switch/bridge.ts';
import type { VirtualSwitch, VirtualSwitchOptions } from '../../../../src/sim/switch/virtual-switch.ts';
import type { VlanBackend } from '../../../../src/switches/backend.ts';
import type { VlanDialectSpec } from '../../../../src/switches/drivers/driver.ts';
import type { SnmpSession } from '../../../../src/switches/snmp/session.ts';
import { WALK_LIMITS } from '../../../../src/switches/tables.ts';
import { createVlanBackend } from '../../../../src/switches/vlans/backend.ts';
import type { UseSwitch } from '../../../../src/switches/vlans/dialects/raw.ts';
import type { BridgePort, VlanState } from '../../../../src/switches/vlans/state.ts';
import { makeSwitch } from '../../support/rig.ts';
import { PLAIN } from './states.ts';

export const Q_BRIDGE: VlanDialectSpec = {
  dialect: 'q-bridge',
  pvidIndex: 'bridgePort',
  egressFirst: false,
  creates: true,
};

/** A virtual switch that starts as the state says: its ports from 1, the last so many of them uplinks. */
export function virtualWith(
  clock: Clock,
  state: VlanState,
  uplinks: number,
  options: Partial<VirtualSwitchOptions> = {},
): VirtualSwitch {
  const ports = state.ports.size - uplinks;
  return makeSwitch(clock, { ports, uplinks, ...options, vlans: { ...options.vlans, start: configOf(state) } });
}

export function configOf(state: VlanState): BridgeConfig {
  const vlans = [...state.vlans].map(([id, { name, egress, untagged }]) => {
    return [id as number, { name, egress, untagged, forbidden: new Set<number>(), active: true }] as const;
  });
  const ports = [...state.ports].map(([port, { pvid, frameTypes, ingressFiltering }]) => {
    const accepts = frameTypes === 'tagged-only' ? 'tagged-only' : 'all';
    return [
      port as number,
      { pvid, frameTypes: accepts, ingressFiltering: ingressFiltering ?? false } as const,
    ] as const;
  });
  return { vlans: new Map(vlans), ports: new Map(ports) };
}

/** What the switch really forwards, whatever it says. */
export function truthOf(device: VirtualSwitch): VlanState {
  const { vlans, ports } = device.bridge.config;
  return {
    vlans: new Map(
      [...vlans].map(([id, { name, egress, untagged }]) => [
        id as VlanId,
        { name, egress: egress as ReadonlySet<BridgePort>, untagged: untagged as ReadonlySet<BridgePort> },
      ]),
    ),
    ports: new Map(
      [...ports].map(([port, settings]) => [
        port as BridgePort,
        { ...PLAIN, ...settings, pvid: settings.pvid as VlanId },
      ]),
    ),
    capacity: { maxVlanId: undefined, maxVlans: undefined },
  };
}

export function useOf(session: SnmpSession, clock: Clock): UseSwitch {
  return (_what, work) => work({ session, clock, limits: WALK_LIMITS });
}

export function backendOver(session: SnmpSession, clock: Clock, spec: VlanDialectSpec = Q_BRIDGE): VlanBackend {
  return createVlanBackend({ vlans: spec, save: undefined, edge: undefined }, useOf(session, clock))!;
}

/** The session of a process that is killed with the n-th SET: done, and never answered; nothing comes of anything after it. */
export function killedAfter(session: SnmpSession, sets: number): SnmpSession & { readonly dead: boolean } {
  let left = sets;
  const gone = () => new Promise<never>(() => {});
  return {
    get dead() {
      return left <= 0;
    },
    counts: session.counts,
    get: (oids) => (left <= 0 ? gone() : session.get(oids)),
    getBulk: (request) => (left <= 0 ? gone() : session.getBulk(request)),
    async set(varbinds) {
      if (left <= 0) return gone();
      left -= 1;
      if (left > 0) return session.set(varbinds);
      void session.set(varbinds).catch(() => {});
      return gone();
    },
    close: () => session.close(),
  };
}
