/** What a backup of a controller holds, in a file of its own: where everything was, and what it could not take along. */
import { z } from 'zod';

export const MANIFEST = 'manifest.json';

const file = z.object({
  /** Where it was, and is put back to. */
  path: z.string().startsWith('/'),
  /** Its name in the backup. */
  stored: z.string().regex(/^files\/\d{1,4}$/),
  mode: z.int().min(0).max(0o7777),
  uid: z.int().min(0),
  gid: z.int().min(0),
});

export const manifestSchema = z.object({
  format: z.literal(1),
  /** Also the name of its state directory: no path may hide in it. */
  rack: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9-]{0,31}$/),
  savedAt: z.string(),
  rackFile: z.string().startsWith('/'),
  rootsDirectory: z.string().startsWith('/'),
  files: z.array(file).max(1000),
  /** Files that the rack file names and that could not be read. */
  missing: z.array(z.string()),
  /** Secrets that come from the environment. */
  variables: z.array(z.string()),
  images: z.array(z.object({ id: z.string(), directory: z.string() })),
});

export type ControllerManifest = z.infer<typeof manifestSchema>;
export type SavedFile = z.infer<typeof file>;
