/** The images that boards can be given: those of the rack file, and whatever else there is, by what people call them. */
import type { ImagePlan, NfsPlan, NfsVersion } from '../rack/plan.ts';
import { messageOf } from './errors.ts';
import { type Image, readImage } from './images.ts';

export interface KnownImage {
  readonly image: Image;
  /** Undefined: the rack file does not name it. */
  readonly planned: ImagePlan | undefined;
}

/** By which version a root of the image is mounted: the rack file's word on the image, the image's own, the rack file's on all. */
export function nfsVersionOf({ planned, image }: KnownImage, nfs: Pick<NfsPlan, 'version'>): NfsVersion {
  return planned?.nfs ?? image.nfs ?? nfs.version;
}

/** No image goes by that name, or the one that does cannot be used. */
export class NoSuchImage extends Error {
  override readonly name = 'NoSuchImage';
}

export class KnownImages {
  readonly #plans: readonly ImagePlan[];
  readonly #elsewhere: () => Promise<readonly Image[]>;
  /** By `name@version`. */
  #byId = new Map<string, KnownImage>();
  /** By the rack file's name: an image that cannot be used stands there as the reason why. */
  #planned = new Map<string, KnownImage | Error>();

  /** @param elsewhere images that the rack file does not name */
  constructor(plans: readonly ImagePlan[], elsewhere: () => Promise<readonly Image[]> = async () => []) {
    this.#plans = plans;
    this.#elsewhere = elsewhere;
  }

  /** Reads what there is now; an image that cannot be read is known as that. */
  async load(): Promise<void> {
    const planned = await Promise.all(
      this.#plans.map(async (plan) => {
        const found = await readImage(plan.directory).catch((error: Error) => error);
        return [plan.name, found instanceof Error ? found : { image: found, planned: plan }] as const;
      }),
    );
    const others = await this.#elsewhere();
    this.#planned = new Map(planned);
    const known = planned.flatMap(([, each]) => (each instanceof Error ? [] : [each]));
    const all = [...others.map((image) => ({ image, planned: undefined })), ...known];
    this.#byId = new Map(all.map((each) => [each.image.id, each]));
  }

  all(): readonly KnownImage[] {
    return [...this.#byId.values()];
  }

  /**
   * By `name@version`. A rack file may name one image twice, with other settings: `name` says which of them is meant.
   */
  get(id: string, name?: string): KnownImage | undefined {
    const named = name === undefined ? undefined : this.named(name);
    return named?.image.id === id ? named : this.#byId.get(id);
  }

  /** By its name in the rack file; undefined where that has none, or one that cannot be used. */
  named(name: string): KnownImage | undefined {
    const found = this.#planned.get(name);
    return found instanceof Error ? undefined : found;
  }

  /** By its name in the rack file. Throws NoSuchImage with the reason. */
  ofRackFile(name: string): KnownImage {
    const found = this.#planned.get(name);
    if (found instanceof Error) throw new NoSuchImage(found.message, { cause: found });
    if (found === undefined) throw new NoSuchImage(`the rack file has no image ${name}`);
    return found;
  }

  /** As people write it: a name of the rack file, `NAME` where there is one version, or `NAME:VERSION`. Reads anew. */
  async find(text: string): Promise<KnownImage> {
    await this.load();
    const planned = this.#planned.get(text);
    if (planned !== undefined) return this.ofRackFile(text);
    const matching = this.all().filter(({ image }) => {
      return image.name === text || image.id === text || `${image.name}:${image.version}` === text;
    });
    const [only, ...more] = matching;
    if (only !== undefined && more.length === 0) return only;
    const names = (of: readonly KnownImage[]) => of.map(({ image }) => `${image.name}:${image.version}`).join(', ');
    if (only !== undefined) throw new NoSuchImage(`${text} has several versions: say which of ${names(matching)}`);
    throw new NoSuchImage(`no image ${text}: expected ${names(this.all()) || 'one, and there is none'}`);
  }

  /** Images of the rack file that cannot be used, one sentence each. */
  troubles(): readonly string[] {
    return [...this.#planned].flatMap(([name, each]) =>
      each instanceof Error ? [`image ${name} cannot be used: ${messageOf(each)}`] : [],
    );
  }
}
