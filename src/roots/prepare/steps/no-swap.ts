import { type Edit, maskUnits, type Step } from '../step.ts';

/** Raspberry Pi OS up to bookworm, and Ubuntu's file. */
const UNITS = ['dphys-swapfile.service', 'swapfile.swap'];

export const noSwap: Step = {
  name: 'no-swap',
  title: 'no swap file on NFS, where it deadlocks when memory is short; compressed memory stays',
  plan({ root }) {
    // Raspberry Pi OS from trixie on: `auto` would write what does not fit into a file.
    const rpiSwap: Edit[] =
      root.isDirectory('etc/rpi') || root.isFile('usr/lib/systemd/system-generators/rpi-swap-generator')
        ? [{ kind: 'write', path: 'etc/rpi/swap.conf.d/50-pirack.conf', text: '[Main]\nMechanism=zram\n' }]
        : [];
    return { edits: [...maskUnits(root, UNITS), ...rpiSwap] };
  },
};
