import type { Logger } from 'pino';
import type { Clock, Timer } from '../../rack/clock.ts';
import type { Plan } from '../../rack/plan.ts';
import { type Millis, millis, type SlotNumber } from '../../rack/units.ts';
import type { PortTable } from '../../store/ports.ts';
import { type SightMemory, sightEvents } from '../../switches/discovery/sight-events.ts';
import { type ExpectedSlot, type SlotSight, sight } from '../../switches/discovery/sightings.ts';
import { SwitchClosed } from '../../switches/errors.ts';
import type { Mac } from '../../wire/address.ts';
import type { RackState } from '../rack-state.ts';
import { AT_START, afterTask, everyFor, nextTask, type PaceState, type Task } from './pace.ts';
import { type PortNeighbour, SwitchWatch } from './switch-watch.ts';
import type { WatchedSwitch } from './watched-switch.ts';

export interface PortWatchParts {
  readonly plan: Plan;
  readonly switches: readonly WatchedSwitch[];
  readonly state: Pick<RackState, 'get' | 'event' | 'boardEvent'>;
  readonly store: Pick<PortTable, 'sync' | 'save'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** The controller's own addresses on the trunk, now. */
  readonly controllerMacs: () => ReadonlySet<Mac>;
}

interface Watched {
  readonly watch: SwitchWatch;
  pace: PaceState;
  timer: Timer | undefined;
  /** Why each reading failed the last time; those that were told of. */
  readonly failing: Map<Task, string>;
}

/** One lost answer is nothing; after so many in a row a person is told. */
const FAILURES_TOLD = 3;

const WHAT: Readonly<Record<Task, string>> = {
  counters: 'the counters of its ports',
  addresses: 'which MAC is on which port',
  neighbours: 'its LLDP neighbours',
};

/**
 * Watches the ports beside their power: what they count, what is heard on them, who is at the other end. Each switch by
 * itself, at its own pace.
 */
export class PortWatch {
  readonly #parts: PortWatchParts;
  readonly #watched: readonly Watched[];
  #memory: SightMemory = new Map();
  #sights: readonly SlotSight[] = [];
  /** Ports of slots with a bridge at the other end, as it was told. */
  readonly #bridges = new Map<SlotNumber, string>();
  #stopped = false;

  constructor(parts: PortWatchParts) {
    this.#parts = parts;
    this.#watched = parts.switches.map((each) => ({
      watch: new SwitchWatch(each, parts.plan.slots),
      pace: AT_START,
      timer: undefined,
      failing: new Map(),
    }));
  }

  start(): void {
    const { plan, store, clock } = this.#parts;
    store.sync(
      [
        ...plan.slots.map(({ switch: name, port, slot }) => ({ switch: name, port, slot })),
        ...plan.switches.flatMap(({ name, uplinks }) =>
          uplinks.map((port) => ({ switch: name, port, slot: undefined })),
        ),
      ],
      clock.now(),
    );
    const every = everyFor(plan.power.poll).counters;
    // The first poll for power goes before; and the switches take turns.
    for (const [place, each] of this.#watched.entries()) {
      const delay = millis(plan.power.poll + (every * place) / this.#watched.length);
      each.timer = clock.after(delay, () => void this.#step(each));
    }
  }

  stop(): void {
    this.#stopped = true;
    for (const each of this.#watched) each.timer?.cancel();
  }

  /** Where the board of every slot is, by what the switches have heard; empty before the first reading. */
  sightings(): readonly SlotSight[] {
    return this.#sights;
  }

  /** LLDP neighbours of a switch. */
  neighbours(name: string): readonly PortNeighbour[] {
    return this.#watched.find(({ watch }) => watch.name === name)?.watch.neighbours() ?? [];
  }

  /** How long each switch has been busy with this. */
  spent(): ReadonlyMap<string, Millis> {
    return new Map(this.#watched.map(({ watch }) => [watch.name, watch.spent]));
  }

  /** What does not work as it should, one sentence each. */
  troubles(): readonly string[] {
    return this.#watched.flatMap(({ watch, failing }) => [
      ...watch.troubles(),
      ...[...failing].map(([task, why]) => `switch ${watch.name}: ${WHAT[task]} cannot be read: ${why}`),
    ]);
  }

  async #step(each: Watched): Promise<void> {
    const { plan, clock } = this.#parts;
    const every = everyFor(plan.power.poll);
    const { task, at } = nextTask(each.pace, every);
    if (at <= clock.monotonic()) await this.#run(each, task);
    if (this.#stopped) return;
    const next = nextTask(each.pace, every).at - clock.monotonic();
    each.timer = clock.after(millis(Math.max(next, 0)), () => void this.#step(each));
  }

  async #run(each: Watched, task: Task): Promise<void> {
    const { clock, log } = this.#parts;
    const { watch } = each;
    const before = watch.spent;
    let ok = false;
    try {
      await this.#do(watch, task);
      ok = true;
    } catch (cause) {
      if (this.#stopped || cause instanceof SwitchClosed) return;
      log.debug({ err: cause, switch: watch.name }, `${WHAT[task]} could not be read`);
      this.#failed(each, task, (cause as Error).message);
    }
    each.pace = afterTask(each.pace, task, {
      ended: clock.monotonic(),
      spent: millis(watch.spent - before),
      ok,
    });
    if (ok && each.failing.delete(task))
      this.#parts.state.event(undefined, 'ports_read', `switch ${watch.name}: ${WHAT[task]} can be read again`);
  }

  #failed(each: Watched, task: Task, why: string): void {
    const failures = (each.pace.failures[task] ?? 0) + 1;
    if (failures < FAILURES_TOLD) return;
    if (!each.failing.has(task)) {
      const text = `switch ${each.watch.name}: ${WHAT[task]} cannot be read: ${why}`;
      this.#parts.state.event(undefined, 'ports_unread', text);
    }
    each.failing.set(task, why);
    if (task !== 'addresses') return;
    each.watch.forgetHeard();
    this.#look();
  }

  async #do(watch: SwitchWatch, task: Task): Promise<void> {
    if (task === 'addresses') {
      await watch.readAddresses();
      if (!this.#stopped) this.#look();
    } else if (task === 'neighbours') {
      await watch.readNeighbours();
      if (!this.#stopped) this.#lookForBridges(watch);
    } else {
      const { rows, changes } = await watch.readCounters((slot) => this.#parts.state.get(slot));
      if (this.#stopped) return;
      // Events first: a store that is full must not hide what was found.
      for (const { slot, kind, sentence } of changes) this.#parts.state.event(slot, kind, sentence);
      this.#parts.store.save(rows, this.#parts.clock.now());
    }
  }

  #look(): void {
    const { plan, state, controllerMacs } = this.#parts;
    const slots = plan.slots.map(
      ({ slot, switch: name, port, vlan }): ExpectedSlot => ({
        slot,
        switch: name,
        port,
        vlan,
        mac: state.get(slot).board.mac,
      }),
    );
    const heard = this.#watched.map(({ watch }) => watch.heard);
    this.#sights = sight(slots, heard, controllerMacs());
    const { memory, events } = sightEvents(this.#memory, this.#sights, slots);
    this.#memory = memory;
    // A tenant decides what its board says it is.
    for (const { slot, kind, text } of events) state.boardEvent(slot, kind, text);
  }

  /** LLDP says what the other end likes to say: a switch in a slot's port is worth a remark, and no more. */
  #lookForBridges(watch: SwitchWatch): void {
    const neighbours = watch.neighbours();
    for (const { slot, port } of this.#parts.plan.slots.filter((each) => each.switch === watch.name)) {
      const bridge = neighbours.find(
        ({ at, capabilities }) => at?.kind === 'slot' && at.slot === slot && capabilities?.has('bridge'),
      );
      const name = bridge && (bridge.sysName || bridge.chassisId);
      if (name !== undefined && !this.#bridges.has(slot)) {
        const text = `port ${port} of ${watch.name}, slot ${slot}: by LLDP a bridge is at the other end, ${name}`;
        this.#parts.state.boardEvent(slot, 'bridge_on_slot', text);
      }
      if (name === undefined) this.#bridges.delete(slot);
      else this.#bridges.set(slot, name);
    }
  }
}
