/** What a board draws in each stage, in watts at the switch port (pi-boot §5.3; Pi 3 idle as read by a hoster's switch, §6). */
import type { NetbootModel } from '../../pi/tftp-names.ts';
import { type Watts, watts } from '../../rack/units.ts';
import type { BoardStage } from './status.ts';

type Draw = readonly [rom: number, booting: number, idle: number, halted: number];

const DRAW: Readonly<Record<NetbootModel, Draw>> = Object.freeze({
  '3B': [1.4, 1.75, 1.9, 0.5],
  '3B+': [1.7, 2.3, 2.5, 0.5],
  '4B': [2.2, 3.5, 3.2, 0.4],
});

export function powerDraw(model: NetbootModel, stage: BoardStage): Watts {
  const [rom, booting, idle, halted] = DRAW[model];
  switch (stage) {
    case 'off':
      return watts(0);
    case 'dead':
      return watts(halted);
    case 'power-on':
    case 'rom-dhcp':
    case 'rom-tftp':
    case 'bootcode-dhcp':
    case 'bootcode-tftp':
    case 'hung':
      return watts(rom);
    case 'firmware-tftp':
    case 'kernel':
    case 'kernel-dhcp':
    case 'os-network':
    case 'os-mount':
      return watts(booting);
    case 'os-up':
    case 'os-failed':
      return watts(idle);
  }
}
