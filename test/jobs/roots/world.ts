/** One slot, its board, its port and its NFS server as values: what outlives a controller, and controllers that die. */

import type { BackupParts } from '../../../src/jobs/backups/parts.ts';
import { restoreKind } from '../../../src/jobs/backups/restore.ts';
import type { RootJobParts } from '../../../src/jobs/roots/parts.ts';
import { provisionKind } from '../../../src/jobs/roots/provision.ts';
import { reimageKind } from '../../../src/jobs/roots/reimage.ts';
import { releaseKind } from '../../../src/jobs/roots/release.ts';
import { rescueKind } from '../../../src/jobs/roots/rescue.ts';
import { undoKind } from '../../../src/jobs/roots/undo.ts';
import { QUEUED } from '../../../src/rack/job.ts';
import type { SlotState } from '../../../src/rack/slot-state.ts';
import { millis, type SlotNumber, slotNumber } from '../../../src/rack/units.ts';
import { NoSuchImage } from '../../../src/roots/known-images.ts';
import type { PlaceName } from '../../../src/roots/place.ts';
import { SlotRoots } from '../../../src/roots/slot-roots.ts';
import { RootTable } from '../../../src/store/roots.ts';
import { makePlan } from '../../support/plan.ts';
import { openJobs, runnerOf } from '../durable/support.ts';

export const SLOT = slotNumber(1);
const IMAGES = ['debian@1', 'debian@2', 'bad@1'];
const BACKUP = '0123abcd'.repeat(8);
const NEVER = new Promise<never>(() => undefined);

/** Lives for a number of moments, and dies before or after what is done in one. */
export class Life {
  #left: number;
  over = false;

  constructor(moments = Number.POSITIVE_INFINITY) {
    this.#left = moments;
  }

  async moment<T>(act: () => T | Promise<T>): Promise<T> {
    if (this.#die()) return NEVER;
    const result = await act();
    return this.#die() ? NEVER : result;
  }

  #die(): boolean {
    this.over ||= this.#left-- <= 0;
    return this.over;
  }
}

export class World {
  readonly jobs = openJobs();
  readonly table = new RootTable(this.jobs.db);
  /** Places with the image of each. */
  readonly files = new Map<string, string>([['slot-001', 'debian@1']]);
  exported: readonly string[] = ['slot-001'];
  wanted: 'on' | 'off';
  port: 'on' | 'off';
  quarantine: SlotState['quarantine'];
  boot: SlotState['boot'];
  /** Boots that found one root exported and another shown, or a root that was not whole. */
  readonly wrong: string[] = [];
  /** What boots: the place that was shown. */
  booted = 'slot-001';
  failsToExport = false;
  /** What comes of restoring the backup; undefined: it cannot be read to its end. */
  backup: 'saved' | 'bad@1' | undefined = 'saved';
  /** A root that must not boot, although it is whole. */
  forbidden: string | undefined;
  now = 0;

  constructor(wanted: 'on' | 'off' = 'on') {
    this.wanted = wanted;
    this.port = wanted;
    this.table.add(SLOT, 'debian@1', 'current', () => 'slot-001', millis(0));
  }

  /** A controller that was restored on an empty disk: the root is a fresh clone, and its backup is to come. */
  static afterLoss(wanted: 'on' | 'off'): World {
    const world = new World(wanted);
    world.port = 'off';
    world.forbidden = 'slot-001';
    const parameters = { snapshot: BACKUP, image: 'debian@1', recover: true };
    world.jobs.table.add({ ...request('restore', parameters), parameters }, QUEUED, millis(0));
    return world;
  }

  rows(): string[] {
    return this.table.all().map(({ place, role }) => `${place} ${role}`);
  }

  /** What the rows say that is exported. */
  exports(): string[] {
    return (['current', 'rescue'] as const).flatMap((role) => this.table.of(SLOT, role)?.place ?? []);
  }

  /** A controller begins: exports and files follow the rows, jobs go on, and then power is let on. */
  begin(life = new Life()) {
    const { jobs, table } = this;
    const plan = makePlan(1, { images: [{ name: 'debian', directory: '/x', trim: undefined as never }] });
    const slots = plan.slots.map((slot) => ({ ...slot, image: 'debian' }));
    const holds = new Set<string>();
    let shown = this.#boots();
    this.exported = this.exports();
    const pump = () => {
      const on = this.wanted === 'on' && holds.size === 0 && this.quarantine === undefined;
      if (on && this.port === 'off') this.#powerOn(shown);
      if (!on && (this.wanted === 'off' || holds.size > 0)) {
        this.port = 'off';
        this.boot = undefined;
      }
    };
    const known = (id: string) =>
      IMAGES.includes(id) ? ({ image: { id, name: id }, planned: undefined } as never) : undefined;
    const images = {
      all: () => IMAGES.map(known) as never[],
      get: known,
      find: async (text: string) => {
        const found = known(text === 'debian' ? 'debian@2' : text);
        if (found === undefined) throw new NoSuchImage(`no image ${text}`);
        return found;
      },
    };
    const store = {
      record: async () => undefined,
      ensureRoot: (place: PlaceName, _: unknown, image: { id: string }) =>
        life.moment(() => {
          if (!this.files.has(place)) this.files.set(place, image.id);
          return { place, record: { hostKey: { type: 'ssh-ed25519', fingerprint: `SHA256:${place}`, publicKey: '' } } };
        }),
      removeRoot: (place: PlaceName) => life.moment(() => void this.files.delete(place)),
    };
    const write = (act: () => void) => life.moment(() => jobs.commit.write(act)) as Promise<void>;
    const clock = { now: () => millis(this.now), monotonic: () => millis(this.now), after: undefined as never };
    const rootSlots = new SlotRoots({ table, commit: { write }, store, images, clock } as never);
    const { runner, clock: hasty, events } = runnerOf(jobs, [], { write });
    const parts = {
      plan: { ...plan, slots },
      state: { get: () => this.#state() },
      power: {
        hold: async (_: unknown, __: string, owner: string) => {
          holds.add(owner);
          return life.moment(() => {
            pump();
            return new Map();
          });
        },
        release: (_: unknown, owner: string) => {
          holds.delete(owner);
          if (!life.over) pump();
        },
        intend: (_: unknown, action: string) =>
          life.moment(() => {
            this.wanted = action as 'on';
            this.quarantine = undefined;
            pump();
          }),
      },
      roots: {
        images,
        slots: rootSlots,
        rootPath: () => `/roots/${table.of(SLOT, 'current')?.place}`,
        nfsVersion: () => '3',
        serve: () =>
          life.moment(() => {
            if (this.failsToExport && this.table.of(SLOT, 'current')?.image !== 'debian@1')
              throw new Error('the server said no');
            this.exported = this.exports();
          }),
      },
      table,
      personal: () => ({}),
      show: () =>
        life.moment(() => {
          shown = this.#boots();
        }),
      clock: hasty,
      sweep: () => undefined,
    } as unknown as RootJobParts;
    const backups = {
      backups: {},
      restic: {
        prepare: async () => undefined,
        snapshots: async () => [{ id: BACKUP, what: 'root', slot: SLOT, image: 'debian@1' }],
      },
      images,
      roots: table,
      commit: { write },
      tenantOf: () => undefined,
      rootsDirectory: '/roots',
      restoring: { root: (_: unknown, __: unknown, { place }: { place: string }) => this.#restore(life, place) },
    } as unknown as BackupParts;
    const kinds = [
      ...[reimageKind, undoKind, rescueKind, provisionKind, releaseKind].map((kind) => kind(parts)),
      restoreKind(backups, parts),
    ];
    const own = runnerOf(jobs, kinds, { write }).runner;
    runner.stop();
    own.resume();
    if (!life.over) pump();
    return { runner: own, slots: rootSlots, events, shown: () => shown };
  }

  async #restore(life: Life, place: string) {
    const { backup } = this;
    await life.moment(() => void this.files.set(place, 'half'));
    if (backup === undefined) throw new Error('the repository is damaged');
    await life.moment(() => void this.files.set(place, backup));
    return { hostKey: undefined, machineId: undefined };
  }

  #boots(): string | undefined {
    return (this.table.of(SLOT, 'rescue') ?? this.table.of(SLOT, 'current'))?.place;
  }

  #powerOn(shown: string | undefined): void {
    this.port = 'on';
    this.now += 1;
    const whole = shown !== undefined && this.files.has(shown) && this.files.get(shown) !== 'half';
    if (!whole || !this.exported.includes(shown) || shown === this.forbidden)
      this.wrong.push(`${shown} shown, ${this.exported} exported, ${[...this.files.keys()]} there`);
    this.booted = shown ?? '';
    const good = this.files.get(this.booted) !== 'bad@1';
    if (!good) this.quarantine = { cause: 'it panics', at: millis(this.now) };
    const steps = good ? [{ milestone: 'ssh_up', at: millis(this.now), detail: '' } as const] : [];
    // Later than any wait of a job that does nothing else.
    this.boot = { startedAt: millis(Number.MAX_SAFE_INTEGER), steps } as unknown as NonNullable<SlotState['boot']>;
  }

  #state(): SlotState {
    const { wanted, quarantine, boot } = this;
    const power = {
      admin: this.port === 'on',
      detection: this.port === 'on' ? 'deliveringPower' : 'disabled',
      watts: undefined,
      readAt: millis(0),
    };
    return {
      slot: SLOT as SlotNumber,
      assigned: true,
      wanted,
      cycling: false,
      phase: 'settled',
      waiting: undefined,
      power,
      board: {} as never,
      boot,
      bootId: 1,
      attempts: 0,
      reachable6: undefined,
      quarantine,
      lastCause: undefined,
      since: millis(0),
    };
  }
}

export const request = (kind: string, parameters: object = {}) => ({
  kind,
  slot: SLOT,
  who: 'ann',
  parameters,
  key: undefined,
});
