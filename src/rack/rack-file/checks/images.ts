import type { Path } from '../problem.ts';
import { type CheckContext, entriesOf, reportRepeats } from './context.ts';

/** Images among themselves. */
export function checkImages(context: CheckContext): void {
  const names = new Map<string, Path>();
  for (const [index, image] of entriesOf(context.draft.images)) {
    const path = ['images', index, 'name'];
    if (image.name === 'none') {
      context.report(path, 'none is no name for an image: it stands for "no image"', 'another name');
    } else if (image.name !== undefined) {
      const told = (line: number) => `image ${image.name} is already given on line ${line}`;
      reportRepeats(context, names, image.name, path, told, 'a name of its own');
    }
  }
}
