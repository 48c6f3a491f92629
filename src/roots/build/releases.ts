/** What images are built of: Debian's releases, and which of their packages an image has. */

export interface Release {
  /** What people ask for, and the image's name unless another is given. */
  readonly name: string;
  /** The archive's name for it. */
  readonly suite: string;
}

export const RELEASES: readonly Release[] = Object.freeze([
  { name: 'debian-12', suite: 'bookworm' },
  { name: 'debian-13', suite: 'trixie' },
]);

/** Of the root's programs. The kernel is arm64's either way: boards boot in 64-bit mode. */
export const ARCHITECTURES = ['arm64', 'armhf'] as const;
export type BuildArchitecture = (typeof ARCHITECTURES)[number];

/** Raspberry Pi's firmware is in the second. */
export const COMPONENTS = 'main non-free-firmware';

/**
 * Besides what Debian holds for essential, and apt: a system that somebody can log in to and go on from. No kernel, for TFTP
 * serves it, and no network manager, for the root hangs on the one interface.
 */
export const ROOT_PACKAGES: readonly string[] = Object.freeze([
  'ca-certificates',
  'dbus',
  'iproute2',
  'iputils-ping',
  'kmod',
  'less',
  'libpam-systemd',
  'nano',
  'netbase',
  'openssh-server',
  'procps',
  'sudo',
  'systemd-sysv',
  'systemd-timesyncd',
  'tzdata',
  'udev',
  // Or the scripts that merge /usr are installed, and Perl for them.
  'usr-is-merged',
  'wget',
]);

/** Depends on the kernel package of the day. */
export const KERNEL_PACKAGE = 'linux-image-arm64';
export const BOOT_PACKAGES: readonly string[] = Object.freeze(['busybox-static', 'raspi-firmware']);
