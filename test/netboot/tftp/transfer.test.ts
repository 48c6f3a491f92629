import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { negotiate } from '../../../src/netboot/tftp/negotiate.ts';
import { Transfer, type TransferOutput } from '../../../src/netboot/tftp/transfer.ts';
import { type Millis, millis } from '../../../src/rack/units.ts';
import type { TftpOptions } from '../../../src/wire/tftp/index.ts';

/** A packet as text: `OACK tsize=5`, `DATA 1 0+512` (block on the wire, offset and length). */
class Line implements TransferOutput {
  sent: string[] = [];
  #blksize = 512;

  oack(options: TftpOptions): void {
    this.sent.push(`OACK ${Object.entries(options).map((pair) => pair.join('='))}`);
  }

  data(block: number, count: number, offset: number, length: number): void {
    const blksize = count > 1 ? this.#blksize : length;
    for (let i = 0; i < count; i++) {
      const at = offset + i * blksize;
      this.sent.push(`DATA ${(block + i) & 0xffff} ${at}+${Math.min(blksize, offset + length - at)}`);
    }
  }

  blksize(value: number): void {
    this.#blksize = value;
  }

  take(): string[] {
    const sent = this.sent;
    this.sent = [];
    return sent;
  }
}

function begin(size: number, options: TftpOptions = {}) {
  const line = new Line();
  const terms = negotiate(options, size);
  line.blksize(terms.blksize);
  const transfer = new Transfer(size, terms, line, millis(0));
  transfer.start();
  return { line, transfer };
}

const at = (time: number): Millis => millis(time);

describe('a transfer without options', () => {
  it('sends block after block, each for an ACK, and ends with the short one', () => {
    const { line, transfer } = begin(1200);
    expect(line.take()).toEqual(['DATA 1 0+512']);
    transfer.onAck(1, at(1));
    expect(line.take()).toEqual(['DATA 2 512+512']);
    transfer.onAck(2, at(2));
    expect(line.take()).toEqual(['DATA 3 1024+176']);
    expect(transfer.end).toBeUndefined();
    transfer.onAck(3, at(3));
    expect(line.take()).toEqual([]);
    expect(transfer).toMatchObject({ end: { kind: 'complete' }, acknowledgedBytes: 1200, retransmits: 0 });
  });

  it.each([
    ['an empty file: one empty block', 0, ['DATA 1 0+0']],
    ['a file of one whole block: an empty one after it', 512, ['DATA 1 0+512', 'DATA 2 512+0']],
    ['a byte less', 511, ['DATA 1 0+511']],
    ['a byte more', 513, ['DATA 1 0+512', 'DATA 2 512+1']],
  ])('%s', (_title, size, packets) => {
    const { line, transfer } = begin(size);
    for (let block = 1; transfer.end === undefined; block++) transfer.onAck(block, at(block));
    expect(line.take()).toEqual(packets);
  });
});

describe('options', () => {
  it('are acknowledged first; block 0 acknowledges that, and nothing else does', () => {
    const { line, transfer } = begin(1000, { tsize: 0, blksize: 600 });
    expect(line.take()).toEqual(['OACK tsize=1000,blksize=600']);
    transfer.onAck(1, at(1));
    transfer.onAck(65535, at(1));
    expect(line.take()).toEqual([]);
    expect(transfer.begun).toBe(false);
    transfer.onAck(0, at(2));
    expect(line.take()).toEqual(['DATA 1 0+600']);
    expect(transfer.begun).toBe(true);
    transfer.onAck(0, at(3));
    expect(line.take()).toEqual([]);
    transfer.onAck(1, at(4));
    transfer.onAck(2, at(5));
    expect(transfer.end).toEqual({ kind: 'complete' });
  });
});

describe('duplicates', () => {
  it('of an ACK bring no second DATA (Sorcerer)', () => {
    const { line, transfer } = begin(5000);
    transfer.onAck(1, at(1));
    line.take();
    for (let i = 0; i < 10; i++) transfer.onAck(1, at(2));
    expect(line.take()).toEqual([]);
    transfer.onAck(2, at(3));
    expect(line.take()).toEqual(['DATA 3 1024+512']);
    transfer.onAck(1, at(4));
    transfer.onAck(2, at(4));
    expect(line.take()).toEqual([]);
    expect(transfer.retransmits).toBe(0);
  });

  it('do not put off the retransmission', () => {
    const { line, transfer } = begin(5000);
    transfer.onAck(1, at(100));
    line.take();
    for (let time = 110; time < 350; time += 10) {
      transfer.onAck(1, at(time));
      transfer.onTick(at(time));
    }
    expect(line.take()).toEqual([]);
    transfer.onTick(at(350));
    expect(line.take()).toEqual(['DATA 2 512+512']);
  });

  it('of the last ACK after the end do nothing', () => {
    const { line, transfer } = begin(10);
    transfer.onAck(1, at(1));
    line.take();
    transfer.onAck(1, at(2));
    transfer.onTick(at(20_000));
    transfer.onError(0, 'late');
    transfer.replaced();
    expect(line.take()).toEqual([]);
    expect(transfer.end).toEqual({ kind: 'complete' });
  });

  it('of the request send the first packet again, until it is answered', () => {
    const { line, transfer } = begin(5000, { tsize: 0 });
    transfer.repeatFirst(at(5));
    expect(line.take()).toEqual(['OACK tsize=5000', 'OACK tsize=5000']);
    transfer.onAck(0, at(6));
    line.take();
    transfer.repeatFirst(at(7));
    expect(line.take()).toEqual([]);
  });
});

describe('loss', () => {
  it('is repaired by the timer: 250 ms three times within a Pi’s second, then longer and longer, up to 2 s', () => {
    const { line, transfer } = begin(5000);
    line.take();
    const times: number[] = [];
    for (let time = 1; time < 10_000; time++) {
      transfer.onTick(at(time));
      if (line.take().length > 0) times.push(time);
    }
    expect(times.slice(0, 5)).toEqual([250, 500, 750, 1125, 1688]);
    const waits = times.map((time, i) => time - (times[i - 1] ?? 0));
    expect(waits.every((wait, i) => i === 0 || wait >= waits[i - 1]!)).toBe(true);
    expect(Math.max(...waits)).toBe(2000);
    expect(transfer.end).toBeUndefined();
    transfer.onTick(at(10_000));
    expect(line.take()).toEqual([]);
    expect(transfer.end).toEqual({ kind: 'timeout', silence: 10_000, acknowledged: 0, blocks: 10, allSent: false });
    expect(transfer.retransmits).toBe(times.length);
  });

  it('starts from 250 ms again after every ACK', () => {
    const { line, transfer } = begin(5000);
    transfer.onTick(at(250));
    transfer.onTick(at(625));
    transfer.onAck(1, at(700));
    line.take();
    transfer.onTick(at(949));
    expect(line.take()).toEqual([]);
    transfer.onTick(at(950));
    expect(line.take()).toEqual(['DATA 2 512+512']);
  });

  it('is waited for as long as the client chose', () => {
    const { line, transfer } = begin(5000, { timeout: 3 });
    expect(line.take()).toEqual(['OACK timeout=3']);
    const times: number[] = [];
    for (let time = 0; transfer.end === undefined; time += 50) {
      transfer.onTick(at(time));
      if (line.take().length > 0) times.push(time);
    }
    expect(times).toEqual([3000, 6000, 9000]);
    expect(transfer.end).toMatchObject({ kind: 'timeout', silence: 12_000 });
  });

  it('counts a client as gone 10 s after its last ACK, with what it had', () => {
    const { transfer } = begin(5000);
    transfer.onAck(1, at(4000));
    transfer.onAck(2, at(5000));
    for (let time = 5000; time < 15_000; time += 50) transfer.onTick(at(time));
    expect(transfer.end).toBeUndefined();
    transfer.onTick(at(15_000));
    expect(transfer.end).toEqual({ kind: 'timeout', silence: 10_000, acknowledged: 2, blocks: 10, allSent: false });
    expect(transfer.acknowledgedBytes).toBe(1024);
  });

  it.each([
    ['the last ACK only', 9, true],
    ['the one before', 8, false],
    ['everything', 0, false],
  ])('of %s is told apart', (_title, acked, allSent) => {
    const { transfer } = begin(5000);
    for (let block = 1; block <= acked; block++) transfer.onAck(block, at(0));
    transfer.onTick(at(10_000));
    expect(transfer.end).toMatchObject({ kind: 'timeout', acknowledged: acked, allSent });
  });
});

describe('an ERROR of the client', () => {
  it('before any ACK is a size probe', () => {
    const { transfer } = begin(5000, { tsize: 0 });
    transfer.onError(0, 'Early terminate');
    expect(transfer.end).toEqual({ kind: 'aborted', code: 0, message: 'Early terminate', probe: true });
  });

  it('later is not', () => {
    const { line, transfer } = begin(5000, { tsize: 0 });
    transfer.onAck(0, at(1));
    transfer.onError(3, 'Disk full');
    line.take();
    transfer.onAck(1, at(2));
    transfer.onTick(at(500));
    expect(line.take()).toEqual([]);
    expect(transfer.end).toEqual({ kind: 'aborted', code: 3, message: 'Disk full', probe: false });
  });
});

describe('windows', () => {
  const window = (size: number) => {
    const started = begin(size, { windowsize: 4 });
    expect(started.line.take()).toEqual(['OACK windowsize=4']);
    started.transfer.onAck(0, at(1));
    return started;
  };
  const blocks = (sent: string[]) => sent.map((packet) => Number(packet.split(' ')[1]));

  it('are sent whole for one ACK', () => {
    const { line, transfer } = window(512 * 9);
    expect(blocks(line.take())).toEqual([1, 2, 3, 4]);
    transfer.onAck(4, at(2));
    expect(blocks(line.take())).toEqual([5, 6, 7, 8]);
    transfer.onAck(8, at(3));
    expect(line.take()).toEqual(['DATA 9 4096+512', 'DATA 10 4608+0']);
    transfer.onAck(10, at(4));
    expect(transfer.end).toEqual({ kind: 'complete' });
    expect(transfer.retransmits).toBe(0);
  });

  it('begin anew after the block that an ACK inside them names', () => {
    const { line, transfer } = window(512 * 20);
    line.take();
    transfer.onAck(2, at(2));
    expect(blocks(line.take())).toEqual([3, 4, 5, 6]);
    expect(transfer.retransmits).toBe(2);
    transfer.onAck(2, at(3));
    expect(line.take()).toEqual([]);
    transfer.onAck(6, at(4));
    expect(blocks(line.take())).toEqual([7, 8, 9, 10]);
  });

  it('are sent again from the last ACK by the timer', () => {
    const { line, transfer } = window(512 * 20);
    transfer.onAck(4, at(10));
    line.take();
    transfer.onTick(at(260));
    expect(blocks(line.take())).toEqual([5, 6, 7, 8]);
    expect(transfer.retransmits).toBe(4);
  });

  it('take no ACK of what was not sent', () => {
    const { line, transfer } = window(512 * 20);
    line.take();
    for (const block of [5, 100, 65535, 0]) transfer.onAck(block, at(5));
    expect(line.take()).toEqual([]);
    expect(transfer.acknowledgedBytes).toBe(0);
  });
});

describe('block numbers', () => {
  it.each([1, 32])('roll over to 0 after 65535, more than twice, with windowsize %i', (windowsize) => {
    const size = 8 * 140_000 + 3;
    const { transfer, line } = begin(size, { blksize: 8, windowsize });
    transfer.onAck(0, at(0));
    let received = 0;
    let expected = 1;
    while (transfer.end === undefined) {
      for (const packet of line.take()) {
        const [kind, block, range] = packet.split(' ') as [string, string, string];
        if (kind === 'OACK') continue;
        expect(Number(block)).toBe(expected & 0xffff);
        const [offset, length] = range.split('+').map(Number) as [number, number];
        if (offset !== received) throw new Error(`expected offset ${received}, got ${offset}`);
        received += length;
        expected++;
      }
      transfer.onAck((expected - 1) & 0xffff, at(0));
    }
    expect(received).toBe(size);
    expect(expected - 1).toBe(140_001);
    expect(transfer.retransmits).toBe(0);
  });

  it('after the roll-over are not taken for the ACK of the OACK', () => {
    const { transfer, line } = begin(8 * 70_000, { blksize: 8 });
    transfer.onAck(0, at(0));
    for (let block = 1; block <= 65_535; block++) transfer.onAck(block & 0xffff, at(0));
    line.take();
    transfer.onAck(65_535, at(0));
    expect(line.take()).toEqual([]);
    transfer.onAck(0, at(0));
    expect(line.take()).toEqual([`DATA 1 ${65_536 * 8}+8`]);
  });
});

describe('any client', () => {
  type Event = { kind: 'ack'; block: number } | { kind: 'tick'; by: number } | { kind: 'error' } | { kind: 'repeat' };
  const event: fc.Arbitrary<Event> = fc.oneof(
    { weight: 10, arbitrary: fc.record({ kind: fc.constant('ack' as const), block: fc.nat(40) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('ack' as const), block: fc.nat(65_535) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('tick' as const), by: fc.nat(3000) }) },
    { weight: 1, arbitrary: fc.constantFrom<Event>({ kind: 'error' }, { kind: 'repeat' }) },
  );
  const options = fc.record(
    { blksize: fc.nat(3000), windowsize: fc.nat(40), timeout: fc.nat(20), tsize: fc.nat(10) },
    { requiredKeys: [] },
  );

  it('gets only packets inside the file and the window, whatever it sends', () => {
    fc.assert(
      fc.property(fc.nat(20_000), options, fc.array(event, { maxLength: 200 }), (size, asked, events) => {
        const terms = negotiate(asked, size);
        const { line, transfer } = begin(size, asked);
        let now = 0;
        for (const step of [{ kind: 'tick', by: 0 } as Event, ...events]) {
          if (step.kind === 'ack') transfer.onAck(step.block, at(now));
          else if (step.kind === 'error') transfer.onError(1, '');
          else if (step.kind === 'repeat') transfer.repeatFirst(at(now));
          else {
            now += step.by;
            transfer.onTick(at(now));
          }
          const sent = line.take().filter((packet) => packet.startsWith('DATA'));
          expect(sent.length).toBeLessThanOrEqual(2 * terms.windowsize);
          for (const packet of sent) {
            const [offset, length] = packet.split(' ')[2]!.split('+').map(Number) as [number, number];
            expect(length).toBe(Math.min(terms.blksize, size - offset));
            expect(length).toBeGreaterThanOrEqual(0);
          }
        }
        expect(transfer.acknowledgedBytes).toBeLessThanOrEqual(size);
      }),
      { numRuns: 500 },
    );
  });

  it('that follows the RFCs gets the whole file, though every packet may be lost once, and every other ACK', () => {
    fc.assert(
      fc.property(fc.nat(5000), options, fc.infiniteStream(fc.nat(9)), fc.nat(9), (size, asked, dice, loss) => {
        const terms = negotiate(asked, size);
        const { line, transfer } = begin(size, asked);
        const thrown = () => (dice.next().value as number) < loss;
        const lostOnce = new Set<string>();
        let ackLost = false;
        let [got, last, ended] = [0, 0, false];
        for (let now = 0; transfer.end === undefined; now += 250) {
          let ack: number | undefined;
          for (const packet of line.take()) {
            if (!lostOnce.has(packet) && thrown()) {
              lostOnce.add(packet);
              continue;
            }
            ack = last;
            if (packet.startsWith('OACK')) continue;
            const [, block, range] = packet.split(' ') as [string, string, string];
            const [offset, length] = range.split('+').map(Number) as [number, number];
            if (Number(block) !== ((last + 1) & 0xffff) || ended) continue;
            expect(offset).toBe(got);
            got += length;
            ack = ++last;
            ended = length < terms.blksize;
          }
          if (ack !== undefined) ackLost = !ackLost && thrown();
          if (ack !== undefined && !ackLost) transfer.onAck(ack & 0xffff, at(now));
          else transfer.onTick(at(now));
        }
        expect(transfer.end).toEqual({ kind: 'complete' });
        expect(got).toBe(size);
      }),
      { numRuns: 300 },
    );
  });
});
