import type { JobKind, JobStep } from '../../../src/jobs/durable/kind.ts';

/** Steps that wait until the test lets them go on, or fail when it says so. */
export class Gate {
  #open: () => void = () => undefined;
  #wait: Promise<void> = Promise.resolve();
  failure: string | undefined;

  close(): void {
    this.#wait = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  open(): void {
    this.#open();
  }

  async pass(): Promise<void> {
    await this.#wait;
    if (this.failure !== undefined) throw new Error(this.failure);
  }
}

/** Jobs of the kinds that servers ask for, whose long steps wait for the test. */
export function jobKinds(installing: Gate, booting: Gate): JobKind[] {
  const step = (name: string, act: () => Promise<void>): JobStep => ({
    name,
    doing: name,
    tries: 1,
    cancellable: false,
    load: 'work',
    act: async () => {
      await act();
      return undefined;
    },
  });
  const kind = (name: string, steps: JobStep[]): JobKind => ({
    name,
    steps,
    undo: [],
    accept: async (_slot, parameters) => parameters as never,
    describe: () => name,
  });
  const provision = [step('clone', () => installing.pass()), step('wait', () => booting.pass())];
  const nothing = [step('work', async () => undefined)];
  return [
    kind('provision', provision),
    kind('release', nothing),
    kind('keys', nothing),
    kind('reimage', provision),
    kind('undo', nothing),
    kind('rescue', provision),
    kind('reboot', nothing),
    kind('power', nothing),
  ];
}
