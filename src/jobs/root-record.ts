/** What the record of a server says once a job has given it another root: it travels with the job, into its last commit. */
import { z } from 'zod';
import type { JobRow } from '../store/jobs.ts';

const content = z.strictObject({ image: z.string().min(1).max(200), keys: z.string().max(65_536) });

export const rootRecord = z.strictObject({
  after: content,
  /** What it was: an undo makes it so again. */
  before: content,
});

export type RootRecord = z.infer<typeof rootRecord>;

export function rootRecordOf({ parameters }: Pick<JobRow, 'parameters'>): RootRecord | undefined {
  return rootRecord.safeParse(parameters.record).data;
}
