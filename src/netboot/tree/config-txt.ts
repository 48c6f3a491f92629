/** config.txt of one board: what the Pi's firmware loads, and how (pi-boot §4). */
import { asciiFile, checked } from './ascii.ts';
import type { ImageBootFacts } from './image-facts.ts';

export interface ConfigTxtInput {
  /** `3B`, `3B+`, `4B`…; undefined while the board is not known: then the file suits every model. */
  readonly model: string | undefined;
  readonly image: ImageBootFacts;
  /**
   * Asks for start_cd.elf and fixup_cd.dat (start4cd.elf, fixup4cd.dat) by gpu_mem=16: 2.2 MB less to send and more
   * memory for the kernel, without camera and codecs. Off by default: images need not have these files (see trim.ts).
   */
  readonly cutDownFirmware?: boolean;
}

const FILE = 'config.txt';
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/;

/** Throws a RenderError for a file name that config.txt cannot hold. */
export function renderConfigTxt({ model, image, cutDownFirmware = false }: ConfigTxtInput): string {
  const fileName = (field: string, name: string) => checked(FILE, field, name, FILE_NAME, 'a plain file name');
  return asciiFile(FILE, [
    '# Made by pirack: changes made here are lost.',
    'arm_64bit=1',
    `kernel=${fileName('kernel', image.kernel)}`,
    // Named outright, because auto_initramfs is younger (2023) than the firmware that Debian 12 has.
    'auto_initramfs=0',
    ...(image.initramfs === undefined ? [] : [`initramfs ${fileName('initramfs', image.initramfs)} followkernel`]),
    // Upstream's device trees are named after the BCM2837, not the BCM2710.
    ...(image.deviceTrees === 'upstream' ? ['upstream_kernel=1'] : []),
    ...(cutDownFirmware ? ['gpu_mem=16'] : []),
    'boot_delay=0',
    'disable_splash=1',
    'enable_uart=0',
    'uart_2ndstage=0',
    'camera_auto_detect=0',
    'display_auto_detect=0',
    ...(image.deviceTrees === 'raspberrypi' ? deviceTreeParameters(model) : []),
    ...(image.overlays ? ['dtoverlay=disable-wifi', 'dtoverlay=disable-bt'] : []),
  ]);
}

function deviceTreeParameters(model: string | undefined): string[] {
  return [
    // There is no SD card, and looking for one every second costs CPU.
    'dtparam=sd_poll_once=on',
    // Energy Efficient Ethernet stalls NFS on the 3B+ and the 4B; the 3B has none (pi-boot §1.11).
    ...(model === '3B' ? [] : ['dtparam=eee=off']),
  ];
}
