/** The boot trees of all slots, and what a read request comes to: a file held in memory, or the error to answer with. */
import type { FileBody } from '../../net/udp.ts';
import type { SlotNumber } from '../../rack/units.ts';
import { TFTP_ERROR, type TftpRequest } from '../../wire/tftp/index.ts';
import { resolveRequest } from '../tree/routes.ts';
import type { BootTree } from '../tree/types.ts';
import type { RequestOutcome } from './events.ts';
import { BootFileError } from './file-error.ts';
import type { HeldFile, ServedFiles } from './files.ts';

interface FoundBase {
  /** The name without the board's prefix, as far as it is known. */
  readonly path: string;
  readonly reason?: string;
  /** A serial number that the request taught. */
  readonly learned?: string;
}

export type Found = FoundBase &
  (
    | { readonly outcome: 'served'; readonly file: HeldFile<FileBody> }
    /** `error` and `message` are for the wire; they tell nothing about the server. */
    | { readonly outcome: Exclude<RequestOutcome, 'served'>; readonly error: number; readonly message: string }
  );

/** Firmware goes on with the next name at "file not found"; other codes are not known to do the same in every version. */
const NOT_FOUND = { error: TFTP_ERROR.fileNotFound, message: 'File not found' } as const;

export class Lookups {
  readonly #files: ServedFiles<FileBody>;
  readonly #trees = new Map<SlotNumber, BootTree>();
  readonly #learned = new Map<SlotNumber, string>();
  readonly #serials = new Map<string, SlotNumber>();

  constructor(files: ServedFiles<FileBody>) {
    this.#files = files;
  }

  /** A serial learnt here stays until the tree has one, or another MAC says that there is another board. */
  setTree(tree: BootTree): void {
    if (tree.knownSerial !== undefined || this.#trees.get(tree.slot)?.mac !== tree.mac) this.#learned.delete(tree.slot);
    this.#trees.set(tree.slot, tree);
    this.#indexSerials();
  }

  removeTree(slot: SlotNumber): void {
    this.#learned.delete(slot);
    this.#trees.delete(slot);
    this.#indexSerials();
  }

  /** Never rejects: what goes wrong is an answer too. */
  async find(slot: SlotNumber, request: TftpRequest): Promise<Found> {
    const path = request.name;
    if (request.kind === 'wrq') {
      const error = TFTP_ERROR.accessViolation;
      return { outcome: 'refused', path, reason: 'write request', error, message: 'This server is read-only' };
    }
    if (request.mode !== 'octet') {
      // Nothing that boots asks so, and to convert a kernel for one client would keep all others waiting.
      const error = TFTP_ERROR.notDefined;
      return { outcome: 'refused', path, reason: `mode ${request.mode}`, error, message: 'Only octet mode is served' };
    }
    const tree = this.#trees.get(slot);
    if (tree === undefined) return { outcome: 'refused', path, reason: `slot ${slot} has no boot tree`, ...NOT_FOUND };
    try {
      return await this.#resolve(this.#withLearned(tree), path);
    } catch (error) {
      const message = error instanceof BootFileError ? 'Cannot read the file now' : 'Internal error';
      return { outcome: 'refused', path, reason: explain(error), error: TFTP_ERROR.notDefined, message };
    }
  }

  async #resolve(tree: BootTree, name: string): Promise<Found> {
    const resolution = await resolveRequest(tree, name, this.#serials, this.#files);
    const { path } = resolution;
    const learned = resolution.learn !== undefined && this.#learn(tree.slot, resolution.learn);
    const base = learned ? { path, learned: resolution.learn as string } : { path };
    switch (resolution.outcome) {
      case 'served': {
        const file = 'file' in resolution ? resolution.file : await this.#files.text(resolution.text);
        return { ...base, outcome: 'served', file };
      }
      case 'missing': {
        const outcome = resolution.expected ? 'missing-expected' : 'missing-unexpected';
        return { ...base, outcome, ...NOT_FOUND, ...(resolution.reason ? { reason: resolution.reason } : {}) };
      }
      case 'refused':
        return { ...base, outcome: 'refused', reason: resolution.reason, ...NOT_FOUND };
    }
  }

  /** True where it was not known: two requests on their way at once teach it once. */
  #learn(slot: SlotNumber, serial: string): boolean {
    const tree = this.#trees.get(slot);
    if (tree === undefined || this.#withLearned(tree).knownSerial !== undefined) return false;
    this.#learned.set(slot, serial);
    this.#indexSerials();
    return true;
  }

  #withLearned(tree: BootTree): BootTree {
    const learned = this.#learned.get(tree.slot);
    return learned === undefined ? tree : { ...tree, knownSerial: learned };
  }

  #indexSerials(): void {
    this.#serials.clear();
    for (const tree of this.#trees.values()) {
      const { knownSerial, slot } = this.#withLearned(tree);
      if (knownSerial !== undefined) this.#serials.set(knownSerial, slot);
    }
  }
}

/** The message of an error and of what caused it. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
