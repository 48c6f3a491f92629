/**
 * Reads imported images again, one after another, days apart and by a process that gives way to everything else, so that an
 * image that has changed is known before boards are made from it.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Clock } from '../../rack/clock.ts';
import { hours } from '../../rack/units.ts';
import type { Run } from '../../roots/backends/backend.ts';
import { replaceFile } from '../../roots/files.ts';
import type { Image } from '../../roots/images.ts';

export interface ImageChecksParts {
  readonly images: () => Promise<readonly Image[]>;
  /** When each was read is kept in it, over restarts. */
  readonly stateDirectory: string;
  /** 0: never. */
  readonly days: number;
  readonly run: Run;
  readonly clock: Clock;
  readonly log: Logger;
}

const PROGRAM = fileURLToPath(new URL('../../roots/image-store/verify-process.ts', import.meta.url));
const LIMIT = hours(12);
const DAY = 24 * 3_600_000;

const checked = z.record(z.string(), z.object({ at: z.number(), damage: z.string().optional() }));
const verdict = z.object({ count: z.int(), first: z.string().optional() });
type Checked = z.infer<typeof checked>;

export class ImageChecks {
  readonly #parts: ImageChecksParts;
  #known: Checked | undefined;
  #atWork = false;

  constructor(parts: ImageChecksParts) {
    this.#parts = parts;
  }

  /** What is wrong with images, by their id. */
  damaged(): ReadonlyMap<string, string> {
    const found = Object.entries(this.#known ?? {});
    return new Map(found.flatMap(([id, { damage }]) => (damage === undefined ? [] : [[id, damage] as const])));
  }

  /** Reads the image that is due most, if one is and none is being read. Never throws. */
  async next(): Promise<void> {
    const { days, clock, log } = this.#parts;
    if (this.#atWork) return;
    this.#atWork = true;
    try {
      this.#known ??= await this.#read();
      const images = await this.#parts.images();
      const there = new Set(images.map(({ id }) => id));
      const fresh = images.filter(({ id }) => this.#known?.[id] === undefined);
      // One that is new was read when it was imported: its days begin now.
      this.#known = Object.fromEntries([
        ...Object.entries(this.#known).filter(([id]) => there.has(id)),
        ...fresh.map(({ id }) => [id, { at: clock.now() }] as const),
      ]);
      if (fresh.length > 0) await this.#save();
      const last = (image: Image) => this.#known?.[image.id]?.at ?? 0;
      const [due] = [...images].sort((a, b) => last(a) - last(b));
      if (due !== undefined && days > 0 && clock.now() - last(due) >= days * DAY) await this.#check(due);
    } catch (error) {
      log.warn({ err: error }, 'images could not be verified');
    } finally {
      this.#atWork = false;
    }
  }

  async #check(image: Image): Promise<void> {
    const { run, clock, log } = this.#parts;
    const asked: readonly string[] = [
      '-n',
      '19',
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      PROGRAM,
      image.directory,
    ];
    const { stdout } = await run('nice', asked, { timeout: LIMIT });
    const { count, first } = verdict.parse(JSON.parse(stdout));
    if (count > 0) log.error({ image: image.id, count, first }, 'an image is not what was imported');
    const damage = count === 0 ? {} : { damage: `${count} differences, such as ${first}` };
    this.#known = { ...this.#known, [image.id]: { at: clock.now(), ...damage } };
    await this.#save();
  }

  async #save(): Promise<void> {
    await replaceFile(this.#path, JSON.stringify(this.#known)).catch((error: unknown) =>
      this.#parts.log.warn({ err: error }, 'when images were verified could not be written down'),
    );
  }

  /** A file that is damaged says nothing: days begin anew. */
  async #read(): Promise<Checked> {
    try {
      return checked.parse(JSON.parse(await readFile(this.#path, 'utf8')));
    } catch {
      return {};
    }
  }

  get #path(): string {
    return join(this.#parts.stateDirectory, 'images-verified.json');
  }
}
