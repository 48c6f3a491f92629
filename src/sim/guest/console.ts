/** Where a guest stands, told by what it prints. */
import type { BoardStage } from '../board/status.ts';

const MARKS: readonly (readonly [RegExp, BoardStage])[] = Object.freeze([
  [/^U-Boot \d/, 'power-on'],
  [/^UEFI firmware/, 'power-on'],
  [/BOOTP broadcast|Start PXE over IPv[46]/, 'rom-dhcp'],
  [/^TFTP from server|NBP filename is/, 'rom-tftp'],
  [/^Starting kernel|^EFI stub: Booting Linux/, 'kernel'],
  [/loading modules|Run \/init as init process/, 'kernel'],
  [/no DHCP answer on eth0/, 'kernel-dhcp'],
  [/eth0 is \d/, 'os-network'],
  [/cannot mount|root is \d/, 'os-mount'],
  [/Kernel panic/, 'hung'],
  [/ is up after |^\S+ login:/, 'os-up'],
]);

/** The stage that a line of the console marks; undefined for all others. */
export function consoleStage(line: string): BoardStage | undefined {
  return MARKS.find(([pattern]) => pattern.test(line.trim()))?.[1];
}
