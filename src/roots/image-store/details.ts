/** What image.json says of an imported image besides what booting it needs (images.ts). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { LAYOUTS } from '../facts/os.ts';

const kernel = z.object({
  file: z.string(),
  format: z.enum(['arm64', 'arm', 'unknown']),
  release: z.string().optional(),
  nfsRoot: z.boolean(),
});

const step = z.object({
  step: z.string().regex(/^[a-z][a-z-]{0,40}$/),
  title: z.string(),
  changes: z.array(z.object({ path: z.string(), change: z.enum(['added', 'changed', 'removed']) })),
  cmdline: z.array(z.string()),
  notes: z.array(z.string()),
});

export const detailsSchema = z.object({
  source: z.object({
    /** Name of the file or directory, without its directory. */
    file: z.string(),
    /** Of the file as it was given; undefined for a directory. */
    sha256: z.string().optional(),
    bytes: z.int().optional(),
    /** What its hash and its signature were held against. */
    checkedBy: z.string().optional(),
    signedBy: z.string().optional(),
    /** `MBR, boot files in partition 1 (FAT), root in partition 2 (ext4)`. */
    described: z.string(),
  }),
  os: z.object({ id: z.string(), title: z.string(), version: z.string(), codename: z.string() }),
  layout: z.enum(LAYOUTS),
  /** Why the layout is unknown, and nothing was prepared. */
  layoutReason: z.string().optional(),
  kernels: z.array(kernel),
  models: z.array(z.string()),
  /** File capabilities of the image, which NFS does not carry, as getcap(8) writes them. */
  capabilities: z.array(z.object({ path: z.string(), capabilities: z.string() })),
  dropped: z.object({
    special: z.array(z.object({ path: z.string(), what: z.string() })),
    /** Extended attributes: how many files had each. */
    attributes: z.record(z.string(), z.int()),
  }),
  prepared: z.array(step),
  /** Of the manifest before anything was prepared. */
  pristine: z.string(),
  manifest: z.object({ sha256: z.string(), entries: z.int(), bytes: z.int() }),
  /** `name@version` that this one was made from by undoing steps. */
  derivedFrom: z.string().optional(),
});

export type ImageDetails = z.infer<typeof detailsSchema>;

/** Undefined for an image that was not imported, such as one made from packages. */
export function readDetails(directory: string): ImageDetails | undefined {
  const { details } = JSON.parse(readFileSync(join(directory, 'image.json'), 'utf8')) as { details?: unknown };
  return details === undefined ? undefined : detailsSchema.parse(details);
}
