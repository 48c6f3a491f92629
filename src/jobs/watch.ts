import { patienceAfter } from '../health/probe-patience.ts';
import type { SshProbe } from '../health/ssh-probe.ts';
import type { Clock } from '../rack/clock.ts';
import { milestoneIndex } from '../rack/milestone.ts';
import type { Plan, SlotPlan } from '../rack/plan.ts';
import { isPowered, isUp } from '../rack/slot-state.ts';
import { stage } from '../rack/timeline.ts';
import { type Millis, millis, type SlotNumber, seconds } from '../rack/units.ts';
import type { Ipv4, Ipv6 } from '../wire/address.ts';
import type { RackState } from './rack-state.ts';

/** The NFS server's established connections: each address with the ports it connects from. */
export type NfsWitness = () => Promise<ReadonlyMap<Ipv4, readonly number[]>>;
export type Probe = (address: Ipv6, limit: Millis) => Promise<SshProbe>;

const TICK = seconds(1);
/** How often a board that is up is asked again. */
const UP_INTERVAL = seconds(30);
/** Silent probes in a row before a board that was up counts as unreachable. */
const SILENT_PROBES = 3;
/** Probes under way at once: enough for a rack, few enough not to be a burst. */
const CONCURRENT = 32;

interface Watch {
  busy: boolean;
  nextAt: Millis;
  silent: number;
  /** Connections in a row that it took and did not answer. */
  unanswered: number;
}

/** Looks for the last two milestones, which no board announces: its root mounted, and its SSH banner over IPv6. */
export class BoardWatch {
  readonly #slots: readonly SlotPlan[];
  readonly #state: RackState;
  readonly #clock: Clock;
  readonly #nfs: NfsWitness;
  readonly #probe: Probe;
  readonly #watches = new Map<SlotNumber, Watch>();
  /** NFS connections that belong to a boot before the present one: TCP keeps them until it notices. */
  readonly #stale = new Map<SlotNumber, ReadonlySet<number>>();
  #connections: ReadonlyMap<Ipv4, readonly number[]> = new Map();
  #busy = 0;
  #stopped = false;

  constructor(plan: Plan, state: RackState, nfs: NfsWitness, probe: Probe, clock: Clock) {
    this.#slots = plan.slots.filter((slot) => slot.image !== undefined);
    this.#state = state;
    this.#nfs = nfs;
    this.#probe = probe;
    this.#clock = clock;
    for (const slot of this.#slots)
      this.#watches.set(slot.slot, { busy: false, nextAt: millis(0), silent: 0, unanswered: 0 });
    state.onBegin((number) => {
      const slot = this.#slots.find((candidate) => candidate.slot === number);
      if (slot === undefined) return;
      this.#stale.set(number, new Set(this.#connections.get(slot.ipv4.board)));
      const watch = this.#watches.get(number);
      if (watch !== undefined) Object.assign(watch, { nextAt: millis(0), silent: 0, unanswered: 0 });
    });
  }

  start(): void {
    void this.#tick();
  }

  stop(): void {
    this.#stopped = true;
  }

  async #tick(): Promise<void> {
    if (this.#stopped) return;
    try {
      this.#connections = await this.#nfs();
      for (const slot of this.#slots) this.#look(slot);
    } finally {
      if (!this.#stopped) this.#clock.after(TICK, () => void this.#tick());
    }
  }

  #look(slot: SlotPlan): void {
    const state = this.#state.get(slot.slot);
    const watch = this.#watches.get(slot.slot) as Watch;
    if (!isPowered(state) || state.boot === undefined) return;
    const connected = this.#freshConnection(slot);
    const at = milestoneIndex(stage(state.boot));
    if (connected !== undefined && at >= milestoneIndex('kernel_sent') && at < milestoneIndex('root_mounted')) {
      this.#state.saw(slot.slot, 'root_mounted', `NFS connection from ${slot.ipv4.board}:${connected}`);
    }
    const wanted = isUp(state) || at >= milestoneIndex('kernel_sent') || stage(state.boot) === 'power_on';
    if (!wanted || watch.busy || this.#busy >= CONCURRENT || this.#clock.monotonic() < watch.nextAt) return;
    void this.#ask(slot, watch);
  }

  #freshConnection(slot: SlotPlan): number | undefined {
    const stale = this.#stale.get(slot.slot);
    return this.#connections.get(slot.ipv4.board)?.find((port) => !stale?.has(port));
  }

  async #ask(slot: SlotPlan, watch: Watch): Promise<void> {
    watch.busy = true;
    this.#busy++;
    const asked = this.#state.get(slot.slot).boot;
    const result = await this.#probe(slot.ipv6.board, patienceAfter(watch.unanswered).limit);
    this.#busy--;
    watch.busy = false;
    const state = this.#state.get(slot.slot);
    // An answer that belongs to a boot that is over proves nothing about this one.
    if (state.boot === undefined || asked?.startedAt !== state.boot.startedAt) return;
    const { pause } = patienceAfter(watch.unanswered);
    watch.unanswered = !result.up && result.taken ? watch.unanswered + 1 : 0;
    watch.nextAt = millis(this.#clock.monotonic() + (result.up && isUp(state) ? UP_INTERVAL : pause));
    if (result.up) {
      watch.silent = 0;
      this.#state.saw(slot.slot, 'ssh_up', `${result.banner} from ${slot.ipv6.board}`);
      this.#state.setReachable(slot.slot, true, undefined);
      return;
    }
    if (!isUp(state) || ++watch.silent < SILENT_PROBES) return;
    watch.nextAt = millis(this.#clock.monotonic() + UP_INTERVAL);
    // Never reached since this controller started, and its root is not mounted either: it is not running at all, so it
    // is a boot that stands still. A board that holds its root is its tenant's business, also when it closed port 22.
    if (state.reachable6 === undefined && this.#freshConnection(slot) === undefined) {
      this.#state.saw(slot.slot, 'power_on', 'found powered but silent when the controller started');
      return;
    }
    this.#state.setReachable(slot.slot, false, result.reason);
  }
}
