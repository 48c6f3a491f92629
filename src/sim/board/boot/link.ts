/** Steps that every firmware shares: getting the link up, and finding the boot server's MAC. */
import type { Ipv4, Mac } from '../../../wire/address.ts';
import { type Dhcpv4Packet, decodeDhcpv4 } from '../../../wire/dhcpv4/index.ts';
import type { Machine } from '../machine.ts';
import { type Script, waitFor } from '../script.ts';

const ARP_TRIES = 3;
const ARP_WAIT_MS = 1000;

/** Waits for the link, however long that takes: a board with no cable in it waits for ever. */
export function* linkUp(machine: Machine): Script {
  let ready = false;
  machine.phy.up(() => {
    ready = true;
    machine.wake();
  });
  yield* waitFor(machine.clock, Number.POSITIVE_INFINITY, () => ready);
}

/** Asks for the MAC of a host on the link; undefined where nobody answers. */
export function* resolveMac(machine: Machine, address: Ipv4): Script<Mac | undefined> {
  for (let i = 0; i < ARP_TRIES; i++) {
    machine.nic.resolve(address, machine.wake);
    if (yield* waitFor(machine.clock, ARP_WAIT_MS, () => machine.nic.resolved !== undefined)) break;
  }
  return machine.nic.resolved;
}

/** A DHCP message, or undefined for bytes that are none. */
export function dhcpMessage(bytes: Uint8Array): Dhcpv4Packet | undefined {
  try {
    return decodeDhcpv4(bytes);
  } catch {
    return undefined;
  }
}
