import type { Controller } from '../../controller.ts';
import { intendPower } from '../../jobs/power-requests.ts';
import { stepOf } from '../../rack/job.ts';
import { millis, type SlotNumber, slotNumber, watts } from '../../rack/units.ts';
import type { JobRow } from '../../store/jobs.ts';
import { switchTroubles } from '../../switches/troubles.ts';
import { backupTarget } from './backup-routes.ts';
import { rackBootsView, slotBootsView } from './boot-views.ts';
import { eventTarget } from './event-target.ts';
import { Feed } from './feed.ts';
import { jobTarget } from './job-target.ts';
import { rootView } from './root-protocol.ts';
import { seriesTarget } from './series-target.ts';
import type { ControlTarget } from './server.ts';
import { staffTarget } from './staff-target.ts';
import { applyResult, planView, switchView, violationView } from './switch-views.ts';
import { findTasks, slotsOf } from './task-routes.ts';
import { boardView, feedSources, statusView } from './views.ts';

/** A controller as the socket offers it. */
export function controlTarget(controller: Controller): ControlTarget {
  const { power, switches, tenancy, servers, store, jobs, state, quotas, backups, care, groups, assignments } =
    controller;
  const has = new Set<number>(controller.plan.slots.map(({ slot }) => slot));
  const hasSlot = (slot: number) => has.has(slot);
  return {
    tenancy,
    servers,
    ...jobTarget(jobs),
    ...backupTarget(backups, jobs),
    tasks: controller.serverTasks,
    findTasks: findTasks(jobs, (search) => store.jobs.ofSlots(slotsOf(search), search)),
    roots: async () => {
      await quotas.look();
      const usage = quotas.usage();
      return store.roots.all().map((row) => rootView(row, usage.get(row.place)));
    },
    feed: feedOf(controller),
    ...eventTarget(store, state.events, controller.clock),
    audit: ({ limit, before, tenant }) => store.audit.newest(limit, before, tenant),
    ...staffTarget({ care, groups, assignments, jobs }),
    intend: (wish) => {
      for (const slot of wish.slots) care.expectFor(wish.by, slotNumber(slot));
      return intendPower(controller, wish);
    },
    hasSlot,
    ...seriesTarget({ store, servers, hasSlot, clock: controller.clock }),
    status: (since) => statusView(controller, millis(since ?? 0)),
    board: (slot) => boardView(controller, slot),
    boots: (slot, limit) => slotBootsView(controller, slot, limit),
    allBoots: (limit) => rackBootsView(controller, limit),
    power: ({ slots, action, who }, tell) => power.request(slots.map(slotNumber), action, who, tell),
    refresh: () => power.refresh(),
    switches: () => switches.all.map((each) => switchView(each, switchTroubles(each.plan.name, each.poe.status()))),
    switchPlan: async (name) => planView(await switches.get(name).isolation.plan()),
    switchVerify: async (name) => (await switches.get(name).isolation.verify()).map(violationView),
    switchApply: async (name, tell) => applyResult(await switches.get(name).isolation.apply(tell)),
    async switchProve(name, slot, tell) {
      const proof = await switches.prove(slotNumber(slot), (text) => tell({ stage: 'proof', text }));
      const text = proof.proven
        ? `slot ${slot} of ${name} is proven: ${proof.saw.join('; ')}`
        : `slot ${slot} of ${name} is not proven: ${proof.why}`;
      return { proven: proof.proven, slot, text };
    },
    switchDiscover: (name) => switches.discover(name),
    configure: ({ slots, priority, limit }) =>
      switches.configure(slots.map(slotNumber), {
        ...(priority && { priority }),
        ...(limit === undefined ? {} : { limit: watts(limit) }),
      }),
  };
}

/** Everything that changes in the controller, on its way to who mirrors it. */
function feedOf(controller: Controller): Feed {
  const { tenancy, servers, jobs, state, clock, clientEvents, quotas, storage } = controller;
  const work = {
    activeOf: (slot: SlotNumber) => jobs.activeOf(slot),
    stepOf: (job: JobRow) => stepOf(jobs.kindOf(job) ?? { steps: [], undo: [] }, job)?.name,
    usageOf: (slot: SlotNumber) => quotas.usageOf(slot),
  };
  const { care, totals } = controller;
  const feed = new Feed(feedSources(controller, { tenancy, servers, work, storage: () => storage.view() }), clock);
  state.onChange((slot) => feed.slotChanged(slot));
  state.events.onEvent((event) => feed.happened(event));
  clientEvents.onPassing((event) => feed.passed(event));
  servers.onChange((name) => feed.serverChanged(name));
  storage.onLook(() => feed.changed('storage'));
  quotas.onChange((slot) => {
    const server = servers.of(slot);
    if (server !== undefined) feed.serverChanged(server.name);
  });
  care.onChange((slot) => feed.slotChanged(slot));
  totals.onChange(() => feed.changed('totals'));
  tenancy.onChange(() => {
    feed.changed('tenants');
    feed.changed('keys');
  });
  return feed;
}
