import { expect, it } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { SEALED, sealed } from './support/sealed.ts';

describeWith(SEALED)('the add-on in worker threads', () => {
  it('works there, and ends with the thread in the middle of traffic', async () => {
    const seen = await sealed<{ busy: number; codes: number[]; leaked: number; heard: number }>('worker.ts', ['20']);
    expect(seen.busy).toBe(20);
    expect(seen.codes).toEqual(Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 1 : 0)));
    expect(seen.leaked).toBe(0);
    expect(seen.heard).toBe(3);
  });
});

describeWith(SEALED)('a handler that throws', () => {
  it('does not stop its socket', async () => {
    expect(await sealed('throwing.ts')).toEqual({
      handled: 2,
      caught: ['handler 1', 'handler 2', expect.stringContaining('its buffer was detached')],
    });
  });
});

describeWith(SEALED)('a process that ends inside a handler', () => {
  it('takes its open sockets with it', async () => {
    expect(await sealed('exit.ts')).toEqual({ received: 1, frames: true });
  });
});
