/** The forwarding database of a switch: which station was heard on which port, learned from what is plugged in. */
import type { Clock } from '../../rack/clock.ts';
import type { Mac } from '../../wire/address.ts';
import type { Bridge } from './bridge.ts';
import { DEFAULT_VLAN } from './bridge.ts';
import type { Moment } from './moment.ts';
import type { PoweredDevice } from './pse.ts';

/** dot1qTpFdbStatus. */
export const FDB_STATUS = Object.freeze({ learned: 3, self: 4 });

export interface Station {
  readonly mac: Mac;
  readonly vlan: number;
  /** The switch's own number; undefined for none, which tables show as port 0. */
  readonly port: number | undefined;
  readonly status: number;
}

/** A station beyond an uplink, heard in every VLAN that the uplink carries. */
export interface UplinkStation {
  readonly port: number;
  readonly mac: Mac;
}

export interface ForwardingOptions {
  readonly bridge: Bridge;
  readonly clock: Clock;
  readonly moment: Moment;
  readonly devices: () => Iterable<readonly [port: number, device: PoweredDevice]>;
  readonly uplinkStations: readonly UplinkStation[];
  /** The switch itself; undefined where it does not list itself. */
  readonly self: Mac | undefined;
  /** Learned rows without a port, of which real tables may be full. */
  readonly strays: readonly Mac[];
  readonly ageingSeconds: number;
  /** Whether what was heard on a port is forgotten when its link goes down; otherwise it ages. */
  readonly flushOnLinkDown: boolean;
}

export interface Forwarding {
  /** Another number whenever a station has come, gone or moved. */
  version(): number;
  stations(): readonly Station[];
  /** dot1dTpAgingTime. */
  ageingSeconds: number;
  clear(): void;
}

export function createForwarding(options: ForwardingOptions): Forwarding {
  const { bridge, clock } = options;
  const heard = new Map<string, Station & { readonly at: number }>();
  const octets = new Map<PoweredDevice, number>();
  let seen = -1;
  let observedAt = clock.monotonic();
  let version = 0;
  let ageingSeconds = options.ageingSeconds;

  const hear = (mac: Mac, vlan: number, port: number | undefined) => {
    const key = `${vlan} ${mac}`;
    if (heard.get(key)?.port !== port || !heard.has(key)) version += 1;
    heard.set(key, { mac, vlan, port, status: FDB_STATUS.learned, at: observedAt });
  };
  /** Where the octets are counted, a station is heard when it has sent some. */
  const spoke = (device: PoweredDevice): boolean => {
    const now = device.octets?.().in;
    if (now === undefined) return true;
    const before = octets.get(device) ?? 0;
    octets.set(device, now);
    return now !== before && now > 0;
  };
  /** The VLAN that a frame without a tag goes into (IEEE 802.1Q §6.9), undefined where it is dropped. */
  const classify = (port: number): number | undefined => {
    const settings = bridge.config.ports.get(port);
    const vlan = settings && bridge.config.vlans.get(settings.pvid);
    if (!vlan?.active || settings?.frameTypes !== 'all') return undefined;
    return settings.ingressFiltering && !vlan.egress.has(port) ? undefined : settings.pvid;
  };
  const forget = (drop: (station: Station & { readonly at: number }) => boolean) => {
    for (const [key, station] of heard) if (drop(station) && heard.delete(key)) version += 1;
  };

  /** Nobody tells when a board sends; so it is looked at whenever somebody looks at the table. */
  const observe = () => {
    const mark = options.moment.mark();
    if (mark === seen) return;
    seen = mark;
    const now = clock.monotonic();
    observedAt = now;
    const dark = new Set<number>();
    for (const [port, device] of options.devices()) {
      if (!device.linkUp()) dark.add(port);
      else if (device.mac !== undefined && spoke(device)) {
        const vlan = classify(port);
        if (vlan !== undefined) hear(device.mac, vlan, port);
      }
    }
    for (const { port, mac } of options.uplinkStations) {
      for (const [vlan, { egress, active }] of bridge.config.vlans)
        if (active && egress.has(port)) hear(mac, vlan, port);
    }
    for (const mac of options.strays) hear(mac, DEFAULT_VLAN, undefined);
    forget(({ vlan, port, at }) => {
      const flushed = options.flushOnLinkDown && port !== undefined && dark.has(port);
      return flushed || now - at > ageingSeconds * 1_000 || !bridge.config.vlans.has(vlan);
    });
  };

  return {
    version() {
      observe();
      return version;
    },
    stations() {
      observe();
      const { self } = options;
      const own =
        self === undefined ? [] : [{ mac: self, vlan: DEFAULT_VLAN, port: undefined, status: FDB_STATUS.self }];
      return [...own, ...heard.values()];
    },
    get ageingSeconds() {
      return ageingSeconds;
    },
    set ageingSeconds(value) {
      ageingSeconds = value;
    },
    clear() {
      heard.clear();
      octets.clear();
      options.moment.touch();
      version += 1;
    },
  };
}
