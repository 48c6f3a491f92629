/** The Raspberry Pi models that can be told apart, and what pirack has to know of each (pi-boot §1.9, §2, §5.2, §5.3). */

export type PiModelName =
  | '2B'
  | '3B'
  | '3B+'
  | '3A+'
  | 'CM3'
  | 'CM3+'
  | 'Zero 2 W'
  | '4B'
  | '400'
  | 'CM4'
  | 'CM4S'
  | '5'
  | '500'
  | 'CM5'
  | 'CM5 Lite';

/**
 * How a model gets from power to the network:
 * `rom` = mask ROM, then bootcode.bin over TFTP; `eeprom` = a bootloader in flash; `none` = no Ethernet of its own.
 */
export type NetbootKind = 'rom' | 'eeprom' | 'none';

export interface PiModel {
  readonly name: PiModelName;
  /** As people write it: `Raspberry Pi 3 Model B+`. */
  readonly title: string;
  /** The TTTTTTTT byte of the revision word. */
  readonly typeByte: number;
  readonly soc: 'BCM2837' | 'BCM2837B0' | 'BCM2710A1' | 'BCM2711' | 'BCM2712';
  readonly cpuMhz: number;
  /** Sizes that were sold, in MB. */
  readonly memoryMb: readonly number[];
  /** Link speed of its Ethernet port in Mbit/s; 0 = it has none. */
  readonly nicMbps: 0 | 100 | 1000;
  readonly nic: 'LAN9514' | 'LAN7515' | 'GENET' | 'RP1' | 'none';
  readonly netboot: NetbootKind;
  /** True where netboot over IPv6 exists (experimental, pi-boot §3.1). */
  readonly netbootIpv6: boolean;
  /** True where the board has the four PoE pins for a HAT; a plain 3B needs a splitter (pi-boot §5.2). */
  readonly poeHeader: boolean;
  /** Kernel that the firmware loads when config.txt names none, for `arm_64bit=1` and for 32 bits. */
  readonly kernel64: string;
  readonly kernel32: string;
  /** Device tree in the Raspberry Pi kernel, and under the name of the mainline kernel. */
  readonly deviceTree: string;
  readonly mainlineDeviceTree: string;
  readonly firmware: 'start.elf' | 'start4.elf' | 'none';
  /** Largest draw in watts while booting, and under stress, at the 5 V side (pi-boot §5.3). */
  readonly bootWatts: number;
  readonly stressWatts: number;
}

const bcm2837 = {
  soc: 'BCM2837',
  cpuMhz: 1200,
  memoryMb: [1024],
  nicMbps: 100,
  nic: 'LAN9514',
  netboot: 'rom',
  netbootIpv6: false,
  poeHeader: false,
  kernel64: 'kernel8.img',
  kernel32: 'kernel7.img',
  firmware: 'start.elf',
  bootWatts: 3.75,
  stressWatts: 6.7,
} as const;

const bcm2711 = {
  soc: 'BCM2711',
  cpuMhz: 1500,
  memoryMb: [1024, 2048, 4096, 8192],
  nicMbps: 1000,
  nic: 'GENET',
  netboot: 'eeprom',
  netbootIpv6: false,
  poeHeader: false,
  kernel64: 'kernel8.img',
  kernel32: 'kernel7l.img',
  firmware: 'start4.elf',
  bootWatts: 4.25,
  stressWatts: 6.25,
} as const;

/** The Pi 5 loads its firmware from the EEPROM and asks for no start*.elf; it has no 32-bit kernel of its own name. */
const bcm2712 = {
  soc: 'BCM2712',
  cpuMhz: 2400,
  memoryMb: [2048, 4096, 8192, 16384],
  nicMbps: 1000,
  nic: 'RP1',
  netboot: 'eeprom',
  netbootIpv6: false,
  poeHeader: false,
  kernel64: 'kernel_2712.img',
  kernel32: 'kernel8.img',
  firmware: 'none',
  bootWatts: 8,
  stressWatts: 12,
} as const;

const noNetwork = { nicMbps: 0, nic: 'none', netboot: 'none' } as const;

/** Deep-frozen; ordered by type byte. Compute modules have the network chip, if any, on their carrier. */
export const PI_MODELS: readonly PiModel[] = frozen([
  {
    ...bcm2837,
    name: '2B',
    title: 'Raspberry Pi 2 Model B v1.2',
    typeByte: 0x04,
    cpuMhz: 900,
    deviceTree: 'bcm2710-rpi-2-b.dtb',
    mainlineDeviceTree: 'bcm2837-rpi-2-b.dtb',
  },
  {
    ...bcm2837,
    name: '3B',
    title: 'Raspberry Pi 3 Model B',
    typeByte: 0x08,
    deviceTree: 'bcm2710-rpi-3-b.dtb',
    mainlineDeviceTree: 'bcm2837-rpi-3-b.dtb',
  },
  {
    ...bcm2837,
    ...noNetwork,
    name: 'CM3',
    title: 'Raspberry Pi Compute Module 3',
    typeByte: 0x0a,
    deviceTree: 'bcm2710-rpi-cm3.dtb',
    mainlineDeviceTree: 'bcm2837-rpi-cm3-io3.dtb',
  },
  {
    ...bcm2837,
    name: '3B+',
    title: 'Raspberry Pi 3 Model B+',
    typeByte: 0x0d,
    soc: 'BCM2837B0',
    cpuMhz: 1400,
    nicMbps: 1000,
    nic: 'LAN7515',
    poeHeader: true,
    deviceTree: 'bcm2710-rpi-3-b-plus.dtb',
    mainlineDeviceTree: 'bcm2837-rpi-3-b-plus.dtb',
  },
  {
    ...bcm2837,
    ...noNetwork,
    name: '3A+',
    title: 'Raspberry Pi 3 Model A+',
    typeByte: 0x0e,
    soc: 'BCM2837B0',
    cpuMhz: 1400,
    memoryMb: [512],
    deviceTree: 'bcm2710-rpi-3-b-plus.dtb',
    mainlineDeviceTree: 'bcm2837-rpi-3-a-plus.dtb',
  },
  {
    ...bcm2837,
    ...noNetwork,
    name: 'CM3+',
    title: 'Raspberry Pi Compute Module 3+',
    typeByte: 0x10,
    soc: 'BCM2837B0',
    deviceTree: 'bcm2710-rpi-cm3.dtb',
    mainlineDeviceTree: 'bcm2837-rpi-cm3-io3.dtb',
  },
  {
    ...bcm2711,
    name: '4B',
    title: 'Raspberry Pi 4 Model B',
    typeByte: 0x11,
    netbootIpv6: true,
    poeHeader: true,
    deviceTree: 'bcm2711-rpi-4-b.dtb',
    mainlineDeviceTree: 'bcm2711-rpi-4-b.dtb',
  },
  {
    ...bcm2837,
    ...noNetwork,
    name: 'Zero 2 W',
    title: 'Raspberry Pi Zero 2 W',
    typeByte: 0x12,
    soc: 'BCM2710A1',
    cpuMhz: 1000,
    memoryMb: [512],
    deviceTree: 'bcm2710-rpi-zero-2-w.dtb',
    mainlineDeviceTree: 'bcm2837-rpi-zero-2-w.dtb',
  },
  {
    ...bcm2711,
    name: '400',
    title: 'Raspberry Pi 400',
    typeByte: 0x13,
    cpuMhz: 1800,
    memoryMb: [4096],
    deviceTree: 'bcm2711-rpi-400.dtb',
    mainlineDeviceTree: 'bcm2711-rpi-400.dtb',
  },
  {
    ...bcm2711,
    name: 'CM4',
    title: 'Raspberry Pi Compute Module 4',
    typeByte: 0x14,
    netbootIpv6: true,
    deviceTree: 'bcm2711-rpi-cm4.dtb',
    mainlineDeviceTree: 'bcm2711-rpi-cm4-io.dtb',
  },
  {
    ...bcm2711,
    ...noNetwork,
    name: 'CM4S',
    title: 'Raspberry Pi Compute Module 4S',
    typeByte: 0x15,
    deviceTree: 'bcm2711-rpi-cm4s.dtb',
    mainlineDeviceTree: 'bcm2711-rpi-cm4s.dtb',
  },
  {
    ...bcm2712,
    name: '5',
    title: 'Raspberry Pi 5',
    typeByte: 0x17,
    poeHeader: true,
    deviceTree: 'bcm2712-rpi-5-b.dtb',
    mainlineDeviceTree: 'bcm2712-rpi-5-b.dtb',
  },
  {
    ...bcm2712,
    name: 'CM5',
    title: 'Raspberry Pi Compute Module 5',
    typeByte: 0x18,
    deviceTree: 'bcm2712-rpi-cm5-cm5io.dtb',
    mainlineDeviceTree: 'bcm2712-rpi-cm5-cm5io.dtb',
  },
  {
    ...bcm2712,
    name: '500',
    title: 'Raspberry Pi 500',
    typeByte: 0x19,
    deviceTree: 'bcm2712-rpi-500.dtb',
    mainlineDeviceTree: 'bcm2712-rpi-500.dtb',
  },
  {
    ...bcm2712,
    name: 'CM5 Lite',
    title: 'Raspberry Pi Compute Module 5 Lite',
    typeByte: 0x1a,
    deviceTree: 'bcm2712-rpi-cm5l-cm5io.dtb',
    mainlineDeviceTree: 'bcm2712-rpi-cm5l-cm5io.dtb',
  },
]);

/** The model of that name; every PiModelName has one. */
export function piModel(name: PiModelName): PiModel {
  const found = PI_MODELS.find((model) => model.name === name);
  if (!found) throw new RangeError(`expected a Raspberry Pi model such as 3B+, got ${JSON.stringify(name)}`);
  return found;
}

/** The model whose revision words carry `typeByte`; undefined where it is not one that pirack knows. */
export function piModelByType(typeByte: number): PiModel | undefined {
  return PI_MODELS.find((model) => model.typeByte === typeByte);
}

function frozen(models: PiModel[]): readonly PiModel[] {
  for (const model of models) {
    Object.freeze(model.memoryMb);
    Object.freeze(model);
  }
  return Object.freeze(models);
}
