/**
 * A copy of a database that is being written to, of one moment, and checked: in a thread of its own, because a commit of
 * leases may not wait for it. `VACUUM INTO` reads in one transaction, and in WAL mode nobody waits for a reader.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';

interface Copy {
  readonly from: string;
  readonly to: string;
}

/** @param to must not exist */
export function copyDatabase(from: string, to: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), {
      name: 'database copy',
      workerData: { from, to } satisfies Copy,
    });
    worker.once('message', (found: string) => {
      if (found === 'ok') resolve();
      else reject(new Error(`the copy of ${from} is damaged: ${found}`));
    });
    worker.once('error', (cause) =>
      reject(new Error(`${from} cannot be copied: ${(cause as Error).message}`, { cause })),
    );
    worker.once('exit', (code) => reject(new Error(`${from} cannot be copied: its thread ended with ${code}`)));
  });
}

/** `ok`, or what SQLite finds wrong. */
export function integrityOf(path: string): string {
  const db = new Database(path, { readonly: true, fileMustExist: true });
  try {
    return (db.pragma('integrity_check') as { integrity_check: string }[]).map((row) => row.integrity_check).join('; ');
  } finally {
    db.close();
  }
}

if (!isMainThread && parentPort !== null && typeof (workerData as Copy | undefined)?.to === 'string') {
  const { from, to } = workerData as Copy;
  const db = new Database(from, { readonly: true, fileMustExist: true });
  db.pragma('busy_timeout = 10000');
  db.prepare('VACUUM INTO ?').run(to);
  db.close();
  parentPort.postMessage(integrityOf(to));
}
