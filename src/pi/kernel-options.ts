/** Which kernel options have to be built in, not modules, for a board to mount its NFS root without an initramfs. */
import type { PiModel } from './models.ts';

/** nfsroot.rst of the kernel's documentation: an NFS client as root, and an address by DHCP before it. */
const ROOT_ON_NFS = Object.freeze(['CONFIG_ROOT_NFS', 'CONFIG_IP_PNP_DHCP']);

/** The driver of the board's Ethernet, as bcm2711_defconfig has it (pi-boot §4). */
const DRIVER: Readonly<Record<PiModel['nic'], readonly string[]>> = Object.freeze({
  LAN9514: Object.freeze(['CONFIG_USB_NET_SMSC95XX']),
  LAN7515: Object.freeze(['CONFIG_USB_LAN78XX']),
  GENET: Object.freeze(['CONFIG_BCMGENET']),
  RP1: Object.freeze(['CONFIG_MACB']),
  none: Object.freeze([]),
});

/** Those that `builtIn` lacks; none where the kernel needs no initramfs on that board. */
export function missingForNfsRoot(builtIn: ReadonlySet<string>, { nic }: Pick<PiModel, 'nic'>): readonly string[] {
  return [...ROOT_ON_NFS, ...DRIVER[nic]].filter((option) => !builtIn.has(option));
}

/**
 * Text that is in a kernel where the option is built in, and nowhere else in it: the parameter's name (fs/nfs/nfsroot.c), a
 * message (net/ipv4/ipconfig.c), the names of the drivers. Debian's kernel, where all five are modules or left out, has none.
 */
export const OPTION_MARKS: Readonly<Record<string, string>> = Object.freeze({
  CONFIG_ROOT_NFS: 'nfsroot=',
  CONFIG_IP_PNP_DHCP: 'IP-Config: ',
  CONFIG_USB_NET_SMSC95XX: 'smsc95xx',
  CONFIG_USB_LAN78XX: 'lan78xx',
  CONFIG_BCMGENET: 'bcmgenet',
});
