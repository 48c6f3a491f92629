/** Fetching files as a stage of the firmware does it: one after the other, with little patience. */
import { type FileRequest, STAGE_OPTIONS } from '../../../pi/tftp-names.ts';
import type { Machine } from '../machine.ts';
import { type Script, waitFor } from '../script.ts';
import { type FileServer, pathTo } from './path.ts';
import { type Outcome, Transfer } from './transfer.ts';

export type { FileServer } from './path.ts';

/** How long a stage waits: for the next packet, and for a whole file. */
export interface Patience {
  readonly packet: number;
  readonly file: number;
}

/** After about a second without a packet a file counts as missing, and the next one is asked for (pi-boot §1.7). */
export const LITTLE_PATIENCE: Patience = Object.freeze({ packet: 1000, file: Number.POSITIVE_INFINITY });

const GRACE_MS = 5;

/** `name` with the prefix, if there is one. */
export interface Asked extends Pick<FileRequest, 'name' | 'how' | 'stage'> {
  /** Keep the bytes: for the small files that the firmware reads. */
  readonly keep: boolean;
}

export function* fetchFile(
  machine: Machine,
  server: FileServer,
  asked: Asked,
  patience: Patience = LITTLE_PATIENCE,
): Script<Outcome> {
  const { clock, nic, counters, options } = machine;
  const path = pathTo(nic, server);
  const { tsize, blksize } = STAGE_OPTIONS[asked.stage];
  const transfer = new Transfer(
    { nic, clock, counters, finished: machine.wake },
    {
      name: asked.name,
      how: asked.how,
      tsize,
      blksize: blksize === undefined ? undefined : Math.min(blksize, path.mostBlksize ?? blksize),
      path,
      port: machine.nextPort(),
      keep: asked.keep,
      digest: options.digest && asked.how === 'get' ? machine.digest : undefined,
      strayTerminate: asked.how === 'probe' && machine.random() < options.strayTerminate,
    },
  );
  const started = clock.monotonic();
  transfer.start();
  let late = false;
  while (transfer.outcome === undefined) {
    const now = clock.monotonic();
    const left = Math.min(transfer.lastPacket + patience.packet, started + patience.file) - now;
    if (left <= 0 && late) {
      transfer.giveUp(`no packet for ${Math.round(now - transfer.lastPacket)} ms after ${transfer.received} bytes`);
      break;
    }
    // Once more, for packets that wait in the socket: a process that was held up sees its timers before its packets.
    late = left <= 0;
    yield* waitFor(clock, late ? GRACE_MS : left, () => transfer.outcome !== undefined);
  }
  const outcome = transfer.outcome as Outcome;
  record(machine, asked, outcome, transfer.received);
  return outcome;
}

/** What a reader of the log wants to know when a boot stopped at this file. */
export function describeOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'complete':
      return `${outcome.size} bytes`;
    case 'probed':
      return `${outcome.size} bytes on the server`;
    case 'missing':
      return 'not found';
    default:
      return outcome.reason;
  }
}

function record(machine: Machine, asked: Asked, outcome: Outcome, received: number): void {
  if (outcome.kind === 'missing') machine.counters.notFound++;
  if (outcome.kind === 'failed') machine.counters.filesLost++;
  machine.recordFile({
    name: asked.name,
    how: asked.how,
    outcome: outcome.kind,
    size: 'size' in outcome ? outcome.size : received,
    sha256: outcome.kind === 'complete' ? outcome.sha256 : undefined,
    reason: 'reason' in outcome ? outcome.reason : undefined,
  });
}
