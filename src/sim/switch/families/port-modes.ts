/**
 * Ports that have a mode: an access port has one VLAN, a trunk a list of them, and only a general port is what the bridge
 * tables say. The settings of the other modes are kept, and count again when the mode comes back.
 */
import type { BridgeConfig, BridgePort, PortSet } from '../bridge.ts';
import { DEFAULT_VLAN } from '../bridge.ts';
import type { SwitchParts } from '../groups.ts';
import type { Refusal } from '../mib.ts';
import { STATUS, TAG } from '../mib.ts';
import { among } from '../objects/checks.ts';
import type { SwitchPort } from '../ports.ts';
import type { Column } from '../table.ts';
import type { VlanEdit } from '../vlan-edits.ts';

export type Mode = 'access' | 'trunk' | 'general';

export interface PortModeSettings {
  readonly mode: Mode;
  readonly access: number;
  /** Of a trunk, for frames without a tag. */
  readonly native: number;
  /** VLANs that a trunk carries as soon as they exist. */
  readonly allowed: ReadonlySet<number>;
}

export interface PortModeOptions {
  /** What a port out of the box is. */
  readonly start: (port: number) => Partial<PortModeSettings>;
  /** What of the standard tables the family refuses, or takes for something else. */
  readonly vet?: (edits: readonly VlanEdit[], modes: PortModes) => Refusal | readonly VlanEdit[];
  /** An access port whose VLAN is destroyed: in VLAN 1, or without any until its VLAN is back. */
  readonly orphan: 'default' | 'inactive';
  /** The native VLAN of a trunk is its PVID in the bridge tables, and has no object of its own. */
  readonly nativeByPvid?: boolean;
}

export interface PortModes {
  of(port: number): PortModeSettings;
  set(port: number, change: Partial<PortModeSettings>): void;
}

export const ALL_VLANS: ReadonlySet<number> = new Set(Array.from({ length: 4_094 }, (_, place) => place + 1));

/** What a general port is in. */
interface Membership {
  readonly egress: ReadonlySet<number>;
  readonly untagged: ReadonlySet<number>;
  readonly port: BridgePort;
}

export function createPortModes(parts: SwitchParts, options: PortModeOptions): PortModes {
  const { control, configuration, ports } = parts;
  const bridged = ports.bridged.map(({ number }) => number);
  const { start } = parts.vlans;
  let settings = new Map(
    bridged.map((port) => {
      const plain: PortModeSettings = {
        mode: 'access',
        access: DEFAULT_VLAN,
        native: DEFAULT_VLAN,
        allowed: ALL_VLANS,
      };
      const own = start ? settingsIn(start, port) : options.start(port);
      return [port, { ...plain, ...own }] as const;
    }),
  );
  let kept = new Map(bridged.map((port) => [port, membership(control.accepted, port)]));
  configuration.include(() => {
    const [then, keptThen] = [new Map(settings), new Map(kept)];
    return () => {
      settings = new Map(then);
      kept = new Map(keptThen);
    };
  });

  const modes: PortModes = {
    of: (port) => settings.get(port)!,
    set(port, change) {
      const before = settings.get(port)!;
      const after = { ...before, ...change };
      settings.set(port, after);
      const back = after.mode === 'general' && before.mode !== 'general';
      const { accepted } = control;
      if (before.mode === 'general') kept.set(port, membership(accepted, port));
      control.accept(back ? put(accepted, port, kept.get(port)!) : accepted);
    },
  };
  /** What the port was before the write that is being accepted. */
  const membershipWas = (port: number) => control.accepted.ports.get(port);
  control.follow({
    vet: (edits) => options.vet?.(edits, modes) ?? edits,
    shape(config) {
      let shaped = config;
      for (const [port, own] of settings) {
        if (own.mode === 'general') continue;
        const orphan = own.mode === 'access' && options.orphan === 'default' && !config.vlans.has(own.access);
        const pvid = config.ports.get(port)!.pvid;
        const given = options.nativeByPvid && own.mode === 'trunk' && pvid !== membershipWas(port)?.pvid;
        const now = { ...own, ...(orphan && { access: DEFAULT_VLAN }), ...(given && { native: pvid }) };
        if (orphan || given) settings.set(port, now);
        shaped = put(shaped, port, membershipOf(now));
      }
      return shaped;
    },
    move: (port, vlan) => {
      const vlans = new Map(control.accepted.vlans);
      const none: PortSet = new Set();
      const made = { name: `VLAN${vlan}`, egress: none, untagged: none, forbidden: none, active: true };
      if (!vlans.has(vlan)) control.accept({ ...control.accepted, vlans: vlans.set(vlan, made) });
      modes.set(port, { mode: 'access', access: vlan });
    },
  });
  return modes;
}

/** A switch that somebody has set up already: what is tagged is a trunk, and everything else an access port. */
function settingsIn(config: BridgeConfig, port: number): Partial<PortModeSettings> {
  const { egress, untagged, port: own } = membership(config, port);
  const tagged = [...egress].some((vlan) => !untagged.has(vlan));
  return tagged ? { mode: 'trunk', native: own.pvid, allowed: egress } : { mode: 'access', access: own.pvid };
}

function membership({ vlans, ports }: BridgeConfig, port: number): Membership {
  const having = (list: 'egress' | 'untagged') =>
    new Set([...vlans].flatMap(([id, vlan]) => (vlan[list].has(port) ? [id] : [])));
  return { egress: having('egress'), untagged: having('untagged'), port: ports.get(port)! };
}

/** Ports with a mode filter what comes in, whatever the bridge tables say. */
function membershipOf({ mode, access, native, allowed }: PortModeSettings): Membership {
  const pvid = mode === 'access' ? access : native;
  return {
    egress: mode === 'access' ? new Set([access]) : allowed,
    untagged: new Set([pvid]),
    port: { pvid, frameTypes: 'all', ingressFiltering: true },
  };
}

function put({ vlans, ports }: BridgeConfig, port: number, wanted: Membership): BridgeConfig {
  const list = (members: PortSet, is: boolean): PortSet => {
    if (members.has(port) === is) return members;
    return new Set(is ? [...members, port] : [...members].filter((other) => other !== port));
  };
  const next = [...vlans].map(([id, vlan]) => {
    const egress = wanted.egress.has(id);
    const untagged = egress && wanted.untagged.has(id);
    return [id, { ...vlan, egress: list(vlan.egress, egress), untagged: list(vlan.untagged, untagged) }] as const;
  });
  return { vlans: new Map(next), ports: new Map(ports).set(port, wanted.port) };
}

/** Rows of a table by ifIndex: ports of the bridge, and no others. */
export function bridgedRows({ ports }: SwitchParts) {
  return {
    version: () => ports.version,
    entries: () => ports.bridged.map((port) => [String(port.ifIndex), port] as const),
  };
}

/** A port's mode, by the numbers that the family gives them. */
export function modeColumn(
  modes: PortModes,
  arc: number,
  numbers: readonly (readonly [number, Mode])[],
): Column<SwitchPort> {
  return {
    arc,
    tag: TAG.Integer32,
    check: among(...numbers.map(([value]) => value)),
    read: ({ number }) => numbers.find(([, mode]) => mode === modes.of(number).mode)![0],
    write: ({ number }, value) => modes.set(number, { mode: numbers.find(([one]) => one === value)![1] }),
  };
}

/** The VLAN of an access port, or the native one of a trunk: Gauge32, and only one that is there. */
export function modeVlanColumn(
  parts: SwitchParts,
  modes: PortModes,
  arc: number,
  key: 'access' | 'native',
): Column<SwitchPort> {
  return {
    arc,
    tag: TAG.Gauge32,
    check: vlanThere(parts),
    read: ({ number }) => modes.of(number)[key],
    write: ({ number }, value) => modes.set(number, { [key]: Number(value) }),
  };
}

/** The column of a table by ifIndex takes a VLAN only that is there. */
export function vlanThere({ control }: SwitchParts) {
  return (value: unknown): number =>
    control.accepted.vlans.has(Number(value)) ? STATUS.noError : STATUS.inconsistentValue;
}
