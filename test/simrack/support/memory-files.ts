/** The files of one image in memory: a disk answers when it likes, which no two runs share. */
import type { FileBody } from '../../../src/net/udp.ts';
import type { HeldFile, ServedFiles } from '../../../src/netboot/tftp/files.ts';
import type { Lookup } from '../../../src/netboot/tree/routes.ts';
import { MemoryBody } from '../../../src/sim/net/memory-body.ts';

export class MemoryFiles implements ServedFiles<FileBody> {
  readonly #bodies: ReadonlyMap<string, MemoryBody>;
  #held = 0;

  constructor(files: ReadonlyMap<string, Uint8Array>) {
    this.#bodies = new Map([...files].map(([path, bytes]) => [path, new MemoryBody(bytes)]));
  }

  /** Files that were handed out and not given back. */
  get held(): number {
    return this.#held;
  }

  get stats() {
    const bytes = [...this.#bodies.values()].reduce((sum, { length }) => sum + length, 0);
    return { files: this.#bodies.size, bytes };
  }

  async open(_directory: string, path: string): Promise<Lookup<HeldFile<FileBody>>> {
    const body = this.#bodies.get(path);
    return body === undefined ? { kind: 'absent' } : { kind: 'file', file: this.#hold(body) };
  }

  async text(text: string): Promise<HeldFile<FileBody>> {
    return this.#hold(new MemoryBody(Buffer.from(text, 'latin1')));
  }

  #hold(body: MemoryBody): HeldFile<FileBody> {
    this.#held++;
    let held = true;
    const done = () => {
      if (held) this.#held--;
      held = false;
    };
    return { body, size: body.length, done };
  }
}
