/** Boot files of a source that had no boot partition: a Pi's system mounts it below /boot, and there they are. */
import { StillTree } from '../still-tree.ts';
import { ImportRefused } from './errors.ts';

const PLACES = ['boot/firmware', 'boot'];
const FIRMWARE = ['start4.elf', 'start.elf'];

/** Where in the root they lie. Throws ImportRefused. */
export function findBootFiles(root: string): string {
  const tree = new StillTree(root);
  const found = PLACES.find((place) => FIRMWARE.some((file) => tree.isFile(`${place}/${file}`)));
  if (found !== undefined) return found;
  throw new ImportRefused(
    `no boot files: no partition has them, and neither /${PLACES.join(' nor /')} holds ${FIRMWARE.join(' or ')}`,
  );
}
