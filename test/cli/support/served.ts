import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { eventTarget } from '../../../src/api/control/event-target.ts';
import { seriesTarget } from '../../../src/api/control/series-target.ts';
import { type ControlTarget, serveControl } from '../../../src/api/control/server.ts';
import { statusView } from '../../../src/api/control/views.ts';
import { BootHistory } from '../../../src/jobs/boot-history.ts';
import { SlotCare } from '../../../src/jobs/maintenance.ts';
import { RackState } from '../../../src/jobs/rack-state.ts';
import { realClock } from '../../../src/net/real-clock.ts';
import { millis } from '../../../src/rack/units.ts';
import { Store } from '../../../src/store/store.ts';
import { makePlan } from '../../support/plan.ts';

const MAIN = resolve(import.meta.dirname, '../../../src/cli/main.ts');
const log = pino({ level: 'silent' });
const fail = (what: string, cause: unknown) => {
  throw new Error(what, { cause });
};

/** The control socket of a rack of six slots, over its state and store as they are. It ends with the test. */
export class ServedRack {
  readonly directory = mkdtempSync(join(tmpdir(), 'pirack-cli-'));
  readonly #plan = makePlan(6);
  store!: Store;
  state!: RackState;
  care!: SlotCare;
  #server!: Server;

  static async start(): Promise<ServedRack> {
    const rack = new ServedRack();
    mkdirSync(join(rack.directory, 'lab'));
    await rack.begin();
    onTestFinished(async () => {
      await rack.end();
      rmSync(rack.directory, { recursive: true });
    });
    return rack;
  }

  async begin(): Promise<void> {
    const plan = this.#plan;
    const directory = join(this.directory, 'lab');
    const store = new Store(directory);
    const state = new RackState(plan, store, realClock, log, fail);
    const care = new SlotCare({ store, state, clock: realClock });
    Object.assign(this, { store, state, care });
    const history = new BootHistory(plan, state, []);
    const totals = { view: () => ({ boots: {}, jobs: {} }) as never };
    const from = { plan, state, store, history, care, totals, startedAt: millis(0), troubles: () => [] };
    const target: Partial<ControlTarget> = {
      care,
      feed: { flush: () => 0 } as never,
      status: (since) => statusView(from, millis(since ?? 0)),
      hasSlot: (slot) => plan.slots.some((each) => each.slot === slot),
      ...eventTarget(store, state.events, realClock),
      ...seriesTarget({ store, servers: { all: () => [] }, hasSlot: (slot) => slot <= 6, clock: realClock }),
    };
    this.#server = await serveControl(join(directory, 'control.sock'), target as ControlTarget, log);
  }

  async end(): Promise<void> {
    this.care.stop();
    const closed = new Promise((done) => this.#server.close(done));
    this.#server.closeAllConnections();
    await closed;
    this.store.commit.flush();
    this.store.close();
  }

  start(...args: string[]) {
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', MAIN, ...args, '--state', this.directory],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, COLUMNS: '200' } },
    );
    const said = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
    const ended = new Promise<number | null>((done) => child.once('close', done));
    return { child, said, ended };
  }

  /** `pirack` to its end. */
  async pirack(...args: string[]) {
    const { said, ended } = this.start(...args);
    return { code: await ended, ...said };
  }
}
