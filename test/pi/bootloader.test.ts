import { expect, it } from 'vitest';
import { bootloaderHint } from '../../src/pi/bootloader.ts';

it.each([
  [1468, 'of October 2022 or later (blksize 1468)'],
  [1024, 'older than October 2022 (blksize 1024)'],
  [512, undefined],
  [1428, undefined],
])('blksize %i: %s', (blksize, hint) => expect(bootloaderHint(blksize)).toBe(hint));
