import { parseReference } from '../../roots/image-store/reference.ts';
import type { Image } from '../../roots/images.ts';

/** Whether a reference of the catalogue means this image: by name and version, or by name where it is the last version. */
export function isNamed(image: Image, all: readonly Image[]): (reference: string) => boolean {
  return (text) => {
    const { name, version } = parseReference(text);
    if (name !== image.name) return false;
    return version === undefined
      ? all.find((each) => each.name === name)?.version === image.version
      : version === image.version;
  };
}
