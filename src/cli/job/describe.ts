import type { JobView } from '../../api/control/job-protocol.ts';
import type { Column } from '../table.ts';

export const JOB_COLUMNS: readonly Column[] = [
  { title: 'job', align: 'right' },
  { title: 'slot', align: 'right' },
  { title: 'what', shrink: true },
  { title: 'by' },
  { title: 'state' },
  { title: 'age', align: 'right' },
  { title: 'how it goes', shrink: true },
];

export function jobRow(job: JobView, now: number): readonly (string | number)[] {
  return [job.id, subject(job.slot), job.what, job.who, job.state, age(now - job.createdAt), howItGoes(job)];
}

/** Jobs of the rack as a whole have no slot. */
export const subject = (slot: number): string => (slot === 0 ? 'rack' : String(slot));

/** One line on where the job stands. */
export function howItGoes(job: JobView): string {
  const why = job.error === null ? '' : `${job.error.text} (${job.error.code})`;
  if (job.step === null) return why === '' ? outcome(job) : why;
  const { number, of, doing } = job.step;
  const tries = job.attempts === 0 ? '' : `, try ${job.attempts + 1}`;
  const news = job.progress === '' ? '' : `: ${job.progress}`;
  return `${number}/${of} ${doing}${tries}${news}${why === '' ? '' : ` — ${why}`}`;
}

const outcome = (job: JobView): string => (job.outcome == null ? '' : `${job.outcome.how}: ${job.outcome.text}`);

export const isEnded = (job: JobView): boolean => job.step === null;

function age(millis: number): string {
  const seconds = Math.max(0, Math.round(millis / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

/** `60 done, 3 failed, 45 under way`. */
export function countLine(jobs: readonly JobView[]): string {
  const counts = new Map<string, number>();
  for (const job of jobs) {
    const word = job.state === 'running' ? (job.step?.doing ?? 'running') : job.state;
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
}
