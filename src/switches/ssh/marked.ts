/** Cuts a stream into answers at a mark, without searching or copying a long answer again with every packet. Pure. */
export interface MarkedStream {
  push(chunk: Buffer): void;
  /** The first answer that is complete and was not taken yet. */
  take(): string | undefined;
  /** Bytes after the last complete answer. */
  readonly pending: number;
  /** Those bytes, for a message. */
  rest(): string;
}

export function createMarkedStream(markText: string): MarkedStream {
  const mark = Buffer.from(markText);
  const answers: string[] = [];
  let chunks: Buffer[] = [];
  let pending = 0;
  /** The last bytes, among which a mark may have begun. */
  let edge = Buffer.alloc(0);

  const push = (chunk: Buffer): void => {
    const seam = Buffer.concat([edge, chunk]);
    const at = seam.indexOf(mark);
    chunks.push(chunk);
    pending += chunk.length;
    if (at < 0) {
      edge = seam.subarray(Math.max(0, seam.length - mark.length + 1));
      return;
    }
    const after = chunk.subarray(at + mark.length - edge.length);
    answers.push(
      Buffer.concat(chunks)
        .subarray(0, pending - after.length - mark.length)
        .toString('utf8'),
    );
    chunks = [];
    pending = 0;
    edge = Buffer.alloc(0);
    if (after.length > 0) push(after);
  };

  return {
    push,
    take: () => answers.shift(),
    get pending() {
      return pending;
    },
    rest: () => Buffer.concat(chunks).toString('utf8'),
  };
}
