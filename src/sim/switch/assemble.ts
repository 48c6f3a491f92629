/** Puts the parts of a virtual switch together. */
import { watts } from '../../rack/units.ts';
import { createAdminControl } from './admin-control.ts';
import { blankConfig, createBridge } from './bridge.ts';
import { createConfiguration } from './configuration.ts';
import { noFaults } from './faults.ts';
import { createForwarding } from './forwarding.ts';
import type { SwitchParts } from './groups.ts';
import { createLinks } from './links.ts';
import { localMac } from './local-mac.ts';
import type { Moment } from './moment.ts';
import { createMoment } from './moment.ts';
import type { LldpSystem } from './neighbours.ts';
import { createNeighbours } from './neighbours.ts';
import { portListCodec } from './objects/port-list.ts';
import type { VirtualSwitchOptions } from './options.ts';
import { FORWARDING, IDENTITY, POWER, SWITCH_DELAYS, VLANS } from './options.ts';
import { createPorts, NUMBERING } from './ports.ts';
import { createPse } from './pse.ts';
import { createSettings, limitWatts, priorityOf } from './settings.ts';
import { createTraffic } from './traffic.ts';
import { createVlanControl } from './vlan-control.ts';

/** Everything runs as the saved configuration of a new switch says. */
export function assemble(
  options: VirtualSwitchOptions,
  upTime: () => number,
): { readonly parts: SwitchParts; readonly moment: Moment } {
  const { name, clock } = options;
  const faults = noFaults();
  const delays = { ...SWITCH_DELAYS, ...options.delays };
  const power = { ...POWER, ...options.power };
  const vlans = { ...VLANS, ...options.vlans };
  const identity = { ...IDENTITY, ...options.identity };
  const address = localMac(name);
  const moment = createMoment(clock);
  const changed = () => configuration.changed();

  const ports = createPorts({
    poe: options.ports,
    uplinks: options.uplinks ?? 2,
    lags: options.lags ?? [],
    numbering: { ...NUMBERING, ...options.numbering },
  });
  const settings = createSettings(name, changed);
  const pse = createPse({
    ...options,
    ...power,
    delays,
    startWatts: options.startWatts ?? watts(3),
    faults,
    limit: (port) => limitWatts(settings.values, port),
    priority: (port) => priorityOf(settings.values, port),
  });
  const admin = createAdminControl(pse, clock, faults, changed);

  const bridged = ports.bridged.map(({ number }) => number);
  const bridge = createBridge({ ports: bridged, uplinks: ports.uplinks }, vlans.start ?? blankConfig(bridged));
  const limits = { ...vlans, reserved: new Set(vlans.reserved) };
  const control = createVlanControl(bridge, limits, clock, faults, changed);

  const { devices } = pse;
  const { listsItself, ...learns } = { ...FORWARDING, ...options.forwarding };
  const self = listsItself ? address : undefined;
  const forwarding = createForwarding({ ...learns, self, bridge, clock, moment, devices });
  const neighbours = createNeighbours({ devices, uplinks: lldpBeyond(options), upTime, moment });
  const links = createLinks(
    ports.all.map(({ number }) => number),
    (number) => {
      const { kind, members } = ports.port(number);
      if (kind === 'poe') return pse.port(number).device?.linkUp() ?? false;
      return kind === 'uplink' || members.length > 0;
    },
    upTime,
    moment,
  );
  const traffic = createTraffic();
  for (const [port, peer] of options.beyond ?? []) if (peer.traffic) traffic.plugged(port, peer.traffic);

  admin.start(new Map(ports.poe.map(({ number }) => [number, options.startupAdmin ?? true])));
  const configuration = createConfiguration({
    parts: [
      settings.take,
      () => {
        const { accepted } = control;
        return () => control.start(accepted);
      },
      () => {
        const wanted = admin.wanted();
        return () => admin.start(wanted);
      },
    ],
    auto: options.autoSave ?? false,
    delay: delays.save,
    clock,
  });

  const parts: SwitchParts = {
    options,
    identity: { ...identity, serial: identity.serial ?? serialOf(name) },
    vlans,
    power,
    address,
    ports,
    links,
    traffic,
    pse,
    admin,
    bridge,
    control,
    portList: portListCodec(ports, vlans.portListOctets),
    forwarding,
    neighbours,
    settings,
    configuration,
    faults,
    upTime,
  };
  return { parts, moment };
}

function lldpBeyond({ beyond }: VirtualSwitchOptions): ReadonlyMap<number, LldpSystem> {
  return new Map([...(beyond ?? [])].flatMap(([port, { lldp }]) => (lldp ? [[port, lldp] as const] : [])));
}

function serialOf(name: string): string {
  return `VS${localMac(name).replaceAll(':', '').toUpperCase()}`;
}
