/** What the fabric of a rack consists of, as `ip` commands: pure, so that it can be looked at without making it. */
import type { IpCommand } from '../../net/iproute.ts';
import type { Plan, SlotPlan } from '../../rack/plan.ts';
import { boardIdentity } from '../board/identity.ts';
import { managementSource } from './management.ts';

export const SWITCH_NETNS = 'sw';
export const MANAGEMENT_LINK = 'mgmt0';
const NETNS_DIRECTORY = '/run/netns';

/** `b001` for slot 1; four digits from slot 1000 on. */
export function boardNetns(slot: number): string {
  return `b${String(slot).padStart(3, '0')}`;
}

export function netnsPath(name: string): string {
  return `${NETNS_DIRECTORY}/${name}`;
}

/** The switch's end of a slot's cable, in the switch namespace. */
export const portLink = (slot: number): string => `p${slot}`;
export const bridgeLink = (vlan: number): string => `br${vlan}`;
const legPort = (vlan: number): string => `c${vlan}`;

export interface FabricLayout {
  readonly namespaces: readonly string[];
  /** In the bundle's own namespace, in this order. */
  readonly links: readonly IpCommand[];
  /** In the switch namespace, afterwards. */
  readonly switch: readonly IpCommand[];
  /** In the bundle's own namespace, last: the way to the switches. */
  readonly management: readonly IpCommand[];
  /** Whether a switch has an IPv6 address. */
  readonly managementIpv6: boolean;
}

export function fabricLayout(plan: Plan): FabricLayout {
  const boards = plan.slots.filter((slot) => slot.simulate !== 'qemu');
  const management = managementCommands(plan);
  return {
    namespaces: [SWITCH_NETNS, ...boards.map(({ slot }) => boardNetns(slot))],
    links: [...plan.slots.flatMap(cable), ...management.link],
    switch: [...plan.slots.flatMap(access), ...management.switch],
    management: management.controller,
    managementIpv6: plan.switches.some(({ address }) => address.includes(':')),
  };
}

/**
 * The cable between board and switch, and the one between switch and controller. Where nothing is simulated, the cable
 * ends in an empty namespace, for programs that a person runs there.
 */
function cable({ slot, vlan, leg, simulate }: SlotPlan): IpCommand[] {
  const toController = ['link', 'add', legPort(vlan), 'netns', SWITCH_NETNS, 'type', 'veth', 'peer', 'name', leg];
  if (simulate === 'qemu') return [toController];
  const address = simulate === undefined ? [] : ['address', boardIdentity(slot, simulate).mac];
  const toBoard = ['link', 'add', portLink(slot), 'netns', SWITCH_NETNS, 'type', 'veth'];
  return [toController, [...toBoard, 'peer', 'name', 'eth0', 'netns', boardNetns(slot), ...address]];
}

/** It forwards whatever comes, at once, and says nothing itself. */
export function addBridge(bridge: string): IpCommand[] {
  const quiet = ['stp_state', '0', 'forward_delay', '0', 'mcast_snooping', '0'];
  return [
    ['link', 'add', bridge, 'type', 'bridge', ...quiet],
    ['link', 'set', 'dev', bridge, 'up'],
  ];
}

/**
 * The controller's cable in the slot's VLAN, and the port in none: that is for the switch to say. The port itself stays
 * down: the board has no power yet. It is up from the start where nothing is simulated, since no power will ever bring
 * it up.
 */
function access({ slot, vlan, simulate }: SlotPlan): IpCommand[] {
  const bridge = bridgeLink(vlan);
  return [
    ...addBridge(bridge),
    ['link', 'set', 'dev', legPort(vlan), 'master', bridge, 'up'],
    ...(simulate === 'qemu' ? [['tuntap', 'add', 'dev', portLink(slot), 'mode', 'tap']] : []),
    ...(simulate === undefined ? [['link', 'set', 'dev', portLink(slot), 'up']] : []),
  ];
}

function managementCommands(plan: Plan): Record<'link' | 'switch' | 'controller', IpCommand[]> {
  const dev = MANAGEMENT_LINK;
  const commands: Record<'link' | 'switch' | 'controller', IpCommand[]> = {
    link: [['link', 'add', dev, 'type', 'veth', 'peer', 'name', dev, 'netns', SWITCH_NETNS]],
    switch: [
      ['link', 'set', 'dev', 'lo', 'up'],
      ['link', 'set', 'dev', dev, 'up'],
    ],
    controller: [['link', 'set', 'dev', dev, 'up']],
  };
  for (const family of [4, 6] as const) {
    const switches = plan.switches.filter(({ address }) => address.includes(':') === (family === 6));
    if (switches.length === 0) continue;
    const source = managementSource(plan, family);
    const length = family === 4 ? '32' : '128';
    const nodad = family === 6 ? ['nodad'] : [];
    commands.controller.push(['addr', 'add', `${source}/${length}`, 'dev', dev, ...nodad]);
    for (const address of new Set(switches.map((each) => each.address))) {
      commands.switch.push(['addr', 'add', `${address}/${length}`, 'dev', dev, ...nodad]);
      commands.controller.push(['route', 'add', `${address}/${length}`, 'dev', dev, 'src', source]);
    }
    commands.switch.push(['route', 'add', `${source}/${length}`, 'dev', dev]);
  }
  return commands;
}
