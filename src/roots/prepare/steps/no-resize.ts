import { type Edit, maskUnits, type Step } from '../step.ts';

/** Raspberry Pi OS, systemd's own, and Debian's images for the Pi. */
const UNITS = [
  'resize2fs_once.service',
  'rpi-resize.service',
  'systemd-growfs-root.service',
  'rpi-resizerootfs.service',
  'rpi-reconfigure-raspi-firmware.service',
];

export const noResize: Step = {
  name: 'no-resize',
  title: 'nothing grows a partition or its file system at the first boot',
  plan({ root }) {
    const edits = maskUnits(root, UNITS);
    const cloud: Edit[] = root.isDirectory('etc/cloud/cloud.cfg.d')
      ? [
          {
            kind: 'write',
            path: 'etc/cloud/cloud.cfg.d/99-pirack-disk.cfg',
            text: 'growpart: {mode: "off"}\nresize_rootfs: false\n',
          },
        ]
      : [];
    return { edits: [...edits, ...cloud, ...initScript(root)] };
  },
};

/** pi-gen's script of System V's kind, started by its links. */
function initScript(root: Parameters<Step['plan']>[0]['root']): Edit[] {
  return ['rc2.d', 'rc3.d', 'rc4.d', 'rc5.d', 'rcS.d'].flatMap((level) =>
    root
      .list(`etc/${level}`)
      .filter((name) => /^S\d\dresize2fs_once$/.test(name))
      .map((name): Edit => ({ kind: 'remove', path: `etc/${level}/${name}` })),
  );
}
