/** Looks at the storage every minute, and tells what needs a person: once when it begins, once when it is over. */
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import { Conditions } from '../../health/storage/conditions.ts';
import { sampleFileSystems } from '../../health/storage/file-systems.ts';
import { type Condition, judge } from '../../health/storage/judge.ts';
import type { RootSample, StorageSample } from '../../health/storage/sample.ts';
import { daysUntilFull, type FreeAt, remembered } from '../../health/storage/trend.ts';
import type { Clock } from '../../rack/clock.ts';
import type { Plan } from '../../rack/plan.ts';
import { minutes } from '../../rack/units.ts';
import type { ExportServer } from '../../roots/exports/server.ts';
import type { RootTable } from '../../store/roots.ts';
import type { RackState } from '../rack-state.ts';
import { Repeat } from '../repeat.ts';
import type { QuotaWatch } from '../roots/quota-watch.ts';
import type { ImageChecks } from './image-checks.ts';
import { leftOvers } from './left-overs.ts';

export interface StorageWatchParts {
  readonly plan: Plan;
  readonly stateDirectory: string;
  readonly imagesDirectory: string;
  readonly server: () => Pick<ExportServer, 'status'> | undefined;
  readonly table: RootTable;
  readonly quotas: Pick<QuotaWatch, 'usage'>;
  readonly checks: Pick<ImageChecks, 'next' | 'damaged'>;
  readonly state: Pick<RackState, 'event'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What is shown of the storage, and metered. */
export interface StorageView {
  readonly fileSystems: readonly {
    readonly path: string;
    readonly size: number;
    readonly free: number;
    readonly files: number;
    readonly filesFree: number;
    /** Null: it does not get fuller, or it is not known yet. */
    readonly daysLeft: number | null;
    readonly errors: number;
  }[];
  readonly databases: readonly { readonly name: string; readonly bytes: number }[];
  readonly conditions: readonly { readonly kind: string; readonly of: string; readonly text: string }[];
}

const LOOK_EVERY = minutes(1);
const DATABASES = ['state.db', 'health.db'];

export class StorageWatch {
  readonly #parts: StorageWatchParts;
  readonly #conditions = new Conditions();
  readonly #trends = new Map<string, readonly FreeAt[]>();
  readonly #listeners: (() => void)[] = [];
  #view: StorageView = { fileSystems: [], databases: [], conditions: [] };
  /** A server that is being started again is away for a moment: it is told when it is so at two looks. */
  #wasDown = false;
  readonly #looks: Repeat;

  constructor(parts: StorageWatchParts) {
    this.#parts = parts;
    this.#looks = new Repeat(parts.clock, LOOK_EVERY, () => this.look());
  }

  start(): void {
    this.#looks.start();
  }

  stop(): void {
    this.#looks.stop();
  }

  /** Calls `listener` after each look. */
  onLook(listener: () => void): void {
    this.#listeners.push(listener);
  }

  view(): StorageView {
    return this.#view;
  }

  /** What needs a person, one sentence each; boards that fill their disks are counted, not listed. */
  troubles(): readonly string[] {
    const all = this.#conditions.all();
    const full = all.filter(({ kind }) => kind === 'root_full');
    const others = all.filter(({ kind }) => kind !== 'root_full' && kind !== 'root_filling');
    const few = full.length <= 3 ? full.map(({ text }) => text) : [];
    const many =
      full.length > 3
        ? [`${full.length} boards have nearly filled their disks: slots ${full.map(({ slot }) => slot).join(', ')}`]
        : [];
    return [...others.map(({ text }) => text), ...few, ...many];
  }

  /** Never throws. */
  async look(): Promise<void> {
    const { checks, log } = this.#parts;
    void checks.next();
    try {
      this.#take(await this.#sample());
    } catch (error) {
      log.warn({ err: error }, 'the storage could not be looked at');
    }
    for (const listener of this.#listeners) listener();
  }

  #take(sample: StorageSample): void {
    const { plan, clock, state } = this.#parts;
    const days = new Map<string, number>();
    for (const { path, free } of sample.fileSystems) {
      const points = remembered(this.#trends.get(path) ?? [], { at: clock.now(), free });
      this.#trends.set(path, points);
      const left = daysUntilFull(points);
      if (left !== undefined) days.set(path, left);
    }
    const { raised, over } = this.#conditions.take(judge(sample, plan.storage, this.#conditions.keys(), days));
    for (const { kind, slot, text } of raised) state.event(slot, kind, text);
    for (const condition of over) state.event(condition.slot, `${condition.kind}_over`, overText(condition));
    this.#view = {
      fileSystems: sample.fileSystems.map(({ path, size, free, files, filesFree, errors }) => ({
        path,
        size,
        free,
        files,
        filesFree,
        daysLeft: days.get(path) ?? null,
        errors: errors.reduce((sum, { count }) => sum + count, 0),
      })),
      databases: sample.databases,
      conditions: this.#conditions.all().map(({ kind, of, text }) => ({ kind, of, text })),
    };
  }

  async #sample(): Promise<StorageSample> {
    const { plan, stateDirectory, imagesDirectory, clock, checks } = this.#parts;
    const roots = plan.roots.directory;
    return {
      fileSystems: await sampleFileSystems([roots, imagesDirectory, stateDirectory]),
      roots: this.#roots(),
      databases: await Promise.all(DATABASES.map((name) => sizeOf(stateDirectory, name))),
      leftOvers: await leftOvers([roots, join(roots, '.bases'), imagesDirectory, dirname(roots)], clock.now()),
      nfs: this.#nfs(),
      damaged: checks.damaged(),
    };
  }

  #roots(): RootSample[] {
    const usage = this.#parts.quotas.usage();
    return this.#parts.table.all().flatMap(({ slot, place, role }) => {
      const has = usage.get(place);
      return has === undefined ? [] : [{ slot, kept: role !== 'current', ...has }];
    });
  }

  #nfs(): StorageSample['nfs'] {
    const status = this.#parts.server()?.status();
    if (status === undefined) return undefined;
    const down = !status.running;
    const told = down && this.#wasDown;
    this.#wasDown = down;
    return { running: !told, trouble: status.trouble };
  }
}

/** With what was not written into it yet. */
async function sizeOf(directory: string, name: string): Promise<{ name: string; bytes: number }> {
  const sizes = await Promise.all(
    [name, `${name}-wal`].map((file) =>
      stat(join(directory, file)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return { name, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

const overText = ({ text }: Condition): string => `no longer so: ${text}`;
