/**
 * Permanent IPv4 neighbour entries, one system call each. A Pi 3 stops answering ARP once it transfers (research: pi-boot
 * §1.8), so the kernel must never have to ask. Taking an interface down forgets its entries: set them again after that.
 */
import { type Ipv4, ipv4ToNumber, type Mac, macFromBytes, macToBytes } from '../wire/address.ts';
import { native } from './native.ts';

const ATF_PERM = 0x04;

export interface Neighbour4 {
  readonly mac: Mac;
  readonly permanent: boolean;
}

interface Where {
  /** Path of a network namespace; without it, the namespace of this process. */
  readonly netns?: string;
}

/** Sets the entry, in place of any other for this address. Throws a SystemError (ENODEV, EPERM, EINVAL on `lo`). */
export function setPermanentNeighbour4(ifname: string, address: Ipv4, mac: Mac, where: Where = {}): void {
  native().arpSet({ ...where, ifname, address: ipv4ToNumber(address), mac: macToBytes(mac) });
}

/** The kernel's entry, or undefined where it has none. */
export function readNeighbour4(ifname: string, address: Ipv4, where: Where = {}): Neighbour4 | undefined {
  const found = native().arpGet({ ...where, ifname, address: ipv4ToNumber(address) });
  if (found === undefined) return undefined;
  return { mac: macFromBytes(found.mac), permanent: (found.flags & ATF_PERM) !== 0 };
}

/** Throws a SystemError ENXIO where there is no entry. */
export function deleteNeighbour4(ifname: string, address: Ipv4, where: Where = {}): void {
  native().arpDelete({ ...where, ifname, address: ipv4ToNumber(address) });
}
