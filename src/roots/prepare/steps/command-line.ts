import type { Step } from '../step.ts';

/** Words of the image's own that mean the same without a card. pirack renders console, root, address and host name. */
const KEPT =
  /^(cgroup_enable|cgroup_memory|cgroup_disable|dwc_otg\.[a-z_]+|smsc95xx\.turbo_mode|apparmor|security|psi|swiotlb|coherent_pool)=[A-Za-z0-9_.,-]*$/;
const MOST = 512;

export const commandLine: Step = {
  name: 'command-line',
  title:
    'the kernel is told an NFS root (version and transport said) instead of a partition; config.txt and cmdline.txt of the image are not served',
  plan({ boot, bootFacts }) {
    const words = (boot.text('cmdline.txt') ?? '')
      .trim()
      .split(/\s+/)
      .filter((word) => word !== '');
    const kept = words.filter((word) => KEPT.test(word));
    const dropped = words.filter((word) => !KEPT.test(word));
    // initramfs-tools mounts what its own configuration says, which is a local disk, unless the command line says otherwise.
    const own = bootFacts.initramfs === undefined ? [] : ['boot=nfs'];
    const cmdline = [...own, ...kept];
    const notes = [
      `kernel ${bootFacts.kernel}, ${bootFacts.initramfs === undefined ? 'which mounts the root itself' : `initramfs ${bootFacts.initramfs}`}`,
      ...(dropped.length === 0
        ? []
        : [
            `left out: ${dropped
              .join(' ')
              .slice(0, MOST)
              .replaceAll(/[^\x20-\x7e]/g, '?')}`,
          ]),
    ];
    return { edits: [], cmdline, notes };
  },
};
