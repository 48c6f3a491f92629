import type { SlotCare } from '../../jobs/maintenance.ts';
import type { RackState } from '../../jobs/rack-state.ts';
import type { Servers } from '../../jobs/servers.ts';
import type { StorageView } from '../../jobs/storage/storage-watch.ts';
import type { Tenancy } from '../../jobs/tenancy.ts';
import type { Totals } from '../../jobs/totals.ts';
import type { SlotPlan } from '../../rack/plan.ts';
import { condition, type SlotCondition, type SlotState } from '../../rack/slot-state.ts';
import { progressSentence, stage } from '../../rack/timeline.ts';
import { type Millis, millis, type SlotNumber, slotNumber } from '../../rack/units.ts';
import type { Maintenance } from '../../store/maintenance.ts';
import type { Store } from '../../store/store.ts';
import { type BootSources, slowViews } from './boot-views.ts';
import type { FeedSources } from './feed.ts';
import type { BoardView, SlotView, StatusView, Summary } from './protocol.ts';
import { type ServerWork, serverView, viewOf } from './server-views.ts';

export interface ViewSources extends BootSources {
  readonly state: RackState;
  readonly care: Pick<SlotCare, 'maintenance'>;
  readonly totals: Pick<Totals, 'view'>;
  readonly startedAt: Millis;
  troubles(): readonly string[];
}

export function statusView(from: ViewSources, since: Millis): StatusView {
  const slots = from.plan.slots.map((plan) => slotView(plan, from));
  return {
    rack: from.plan.rack,
    kind: from.plan.kind,
    controller: { pid: process.pid, startedAt: from.startedAt },
    troubles: from.troubles(),
    summary: summarize(slots, from.store, since),
    slots,
  };
}

export interface FeedParts {
  readonly tenancy: Tenancy;
  readonly servers: Servers;
  readonly work: ServerWork;
  readonly storage: () => StorageView;
}

/** What the feed sends of a controller. */
export function feedSources(from: ViewSources, { tenancy, servers, work, storage }: FeedParts): FeedSources {
  const plans = new Map(from.plan.slots.map((plan) => [plan.slot, plan]));
  const slot = (number: SlotNumber) => slotView(plans.get(number) as SlotPlan, from);
  const sections = () => ({
    tenants: tenancy.tenants(),
    keys: tenancy.keys(),
    totals: from.totals.view(),
    storage: storage(),
  });
  const { rack, zone, kind } = from.plan;
  const images = from.plan.images.map(({ name }) => ({ name, label: name }));
  return {
    slot,
    server: (name) => viewOf(name, servers, work),
    sections,
    snapshot: () => ({
      rack,
      zone,
      kind,
      images,
      slots: [...plans.keys()].map(slot),
      servers: servers.all().map((server) => serverView(server, work)),
      ...sections(),
    }),
  };
}

const BOOTS_SHOWN = 5;
const EVENTS_SHOWN = 20;

export function boardView(from: ViewSources, slot: number): BoardView | undefined {
  const plan = from.plan.slots.find((candidate) => candidate.slot === slot);
  if (plan === undefined) return undefined;
  const number = slotNumber(slot);
  return {
    slot: slotView(plan, from),
    recent: from.state.get(number).boot?.recent ?? [],
    slow: slowViews(from.history, number),
    observations: from.store.observations.ofSlot(number),
    boots: from.store.boots.ofSlot(number, BOOTS_SHOWN),
    events: from.store.events.ofSlot(number, EVENTS_SHOWN),
  };
}

function slotView(plan: SlotPlan, from: ViewSources): SlotView {
  const state = from.state.get(plan.slot);
  const { boot, quarantine } = state;
  const maintenance = from.care.maintenance(plan.slot);
  return {
    slot: plan.slot,
    switch: plan.switch,
    port: plan.port,
    vlan: plan.vlan,
    ipv4: plan.ipv4.board,
    ipv6: plan.ipv6.board,
    network6: plan.ipv6.network,
    routed: plan.routed ?? null,
    sshPort: plan.sshPort,
    hostName: plan.hostName,
    image: plan.image ?? null,
    simulated: plan.simulate ?? null,
    condition: condition(state),
    stage: boot === undefined ? null : stage(boot),
    progress: progress(state),
    since: state.since,
    wanted: state.wanted,
    cycling: state.cycling,
    power: state.power ?? null,
    board: state.board,
    reachable6: state.reachable6 ?? null,
    attempts: state.attempts,
    lastCause: state.lastCause ?? null,
    maintenance: maintenance === undefined ? null : keptView(maintenance),
    quarantine: quarantine === undefined ? null : { ...quarantine, by: quarantine.by ?? null },
    boot: boot === undefined ? null : { startedAt: boot.startedAt, activity: boot.activity, steps: boot.steps },
  };
}

const keptView = ({ reason, who, since, until }: Maintenance) => ({ reason, who, since, until: until ?? null });

/** One sentence for a person, whatever the condition. */
function progress(state: SlotState): string {
  switch (condition(state)) {
    case 'quarantined':
      return `Left alone: ${state.quarantine?.cause}`;
    case 'queued':
      return `Waiting: ${state.waiting ?? 'for its turn'}`;
    case 'switching':
      return 'Power is being switched';
    case 'off':
      return 'Off';
    case 'empty':
      return 'On, but nothing draws power from the port';
    case 'unreachable':
      return `No longer answers over IPv6: ${state.lastCause ?? 'no cause recorded'}`;
    case 'unassigned':
      return 'No image is assigned to this slot';
    default:
      return state.boot === undefined ? 'Waiting for initial DHCP' : progressSentence(state.boot);
  }
}

function summarize(slots: readonly SlotView[], store: Store, since: Millis): Summary {
  const conditions: Partial<Record<SlotCondition, number>> = {};
  for (const slot of slots) conditions[slot.condition] = (conditions[slot.condition] ?? 0) + 1;
  const { begun, stuck, upAfter } = store.boots.summary(since);
  return {
    slots: slots.length,
    conditions,
    boots: begun,
    failures: stuck,
    medianMs: percentile(upAfter, 50),
    p95Ms: percentile(upAfter, 95),
  };
}

/** Nearest-rank percentile of values in rising order; null of none. */
export function percentile(sorted: readonly Millis[], percent: number): Millis | null {
  if (sorted.length === 0) return null;
  const rank = Math.ceil((percent / 100) * sorted.length);
  return millis(sorted[Math.max(0, rank - 1)] as number);
}
