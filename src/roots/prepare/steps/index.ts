/** All steps, in the order in which they are applied. No two of them touch the same file. */
import type { Step } from '../step.ts';
import { commandLine } from './command-line.ts';
import { firstBoot } from './first-boot.ts';
import { fstab } from './fstab.ts';
import { health } from './health.ts';
import { hostKeys } from './host-keys.ts';
import { network } from './network.ts';
import { noFsck } from './no-fsck.ts';
import { noResize } from './no-resize.ts';
import { noSwap } from './no-swap.ts';
import { ping } from './ping.ts';
import { publicAddress } from './public-address.ts';
import { watchdog } from './watchdog.ts';

export const STEPS: readonly Step[] = [
  commandLine,
  fstab,
  noResize,
  noFsck,
  noSwap,
  network,
  publicAddress,
  watchdog,
  firstBoot,
  hostKeys,
  ping,
  health,
];
