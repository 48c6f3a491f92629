/** Maintenance and quarantine of slots, each with a reason. */
import { z } from 'zod';
import type { SlotView } from '../../control/protocol.ts';
import { byWhom } from '../../customer/actor.ts';
import { type Route, route } from '../../http/route.ts';
import { done } from './asked.ts';
import { numbersOf, rangeParams, slotsOf } from './rack-slots.ts';
import { maintenance, maintenanceOf, quarantine, quarantineOf } from './slots.ts';

const group = 'staff: maintenance';
const reason = z
  .string()
  .min(1)
  .max(500)
  .regex(/^\P{Cc}+$/u, { error: 'expected one line' });
export const until = z.iso
  .datetime()
  .transform((text) => Date.parse(text))
  .describe('when it ends by itself; left out: when it is ended');
export const reasonText = reason;

const kept = z.object({ slots: z.array(maintenance.extend({ slot: z.int() })) });
const left = z.object({ slots: z.array(quarantine.extend({ slot: z.int() })) });

const inMaintenance = (slots: Iterable<SlotView>) => ({
  slots: [...slots].flatMap((slot) => {
    const now = maintenanceOf(slot);
    return now === null ? [] : [{ slot: slot.slot, ...now }];
  }),
});

const inQuarantine = (slots: Iterable<SlotView>) => ({
  slots: [...slots].flatMap((slot) => {
    const now = quarantineOf(slot);
    return now === null ? [] : [{ slot: slot.slot, ...now }];
  }),
});

const listMaintenance = route({
  method: 'GET',
  path: '/api/v1/staff/maintenance',
  name: 'staffListMaintenance',
  summary: 'Slots that staff work on',
  group,
  needs: 'staff',
  answers: { 200: { description: 'slots with their reasons', schema: kept } },
  errors: [],
  handle: ({ services }) => ({ status: 200, body: inMaintenance(slotsOf(services, 'all')) }),
});

const beginMaintenance = route({
  method: 'PUT',
  path: '/api/v1/staff/maintenance/{slots}',
  name: 'staffBeginMaintenance',
  summary: 'Take slots out of service: no customer gets one, recovery leaves them alone, power goes as staff say',
  group,
  needs: 'staff',
  params: rangeParams,
  body: z.strictObject({ reason, until: until.optional() }),
  answers: { 200: { description: 'those slots as they are now', schema: kept } },
  errors: [],
  handle: async ({ params, body, services, caller }) => {
    const slots = numbersOf(services, params.slots);
    await done(services, (control) => control.maintenance({ slots, ...body, by: byWhom(caller) }));
    return { status: 200, body: inMaintenance(slotsOf(services, params.slots)) };
  },
});

const endMaintenance = route({
  method: 'DELETE',
  path: '/api/v1/staff/maintenance/{slots}',
  name: 'staffEndMaintenance',
  summary: 'Put slots back into service; those that are in service are left as they are',
  group,
  needs: 'staff',
  params: rangeParams,
  answers: { 204: { description: 'they are in service' } },
  errors: [],
  handle: async ({ params, services, caller }) => {
    const slots = numbersOf(services, params.slots);
    await done(services, (control) => control.maintenance({ slots, by: byWhom(caller) }));
    return { status: 204 };
  },
});

const listQuarantine = route({
  method: 'GET',
  path: '/api/v1/staff/quarantine',
  name: 'staffListQuarantine',
  summary: 'Slots that are left alone: recovery gave up, or staff said so',
  group,
  needs: 'staff',
  answers: { 200: { description: 'slots with their reasons', schema: left } },
  errors: [],
  handle: ({ services }) => ({ status: 200, body: inQuarantine(slotsOf(services, 'all')) }),
});

const setQuarantine = route({
  method: 'PUT',
  path: '/api/v1/staff/quarantine/{slots}',
  name: 'staffSetQuarantine',
  summary: 'Leave slots alone: no customer gets one, nothing is tried to get its board up; power stays as it is',
  group,
  needs: 'staff',
  params: rangeParams,
  body: z.strictObject({ reason }),
  answers: { 200: { description: 'those slots as they are now', schema: left } },
  errors: [],
  handle: async ({ params, body, services, caller }) => {
    const slots = numbersOf(services, params.slots);
    await done(services, (control) => control.quarantine({ slots, ...body, by: byWhom(caller) }));
    return { status: 200, body: inQuarantine(slotsOf(services, params.slots)) };
  },
});

const liftQuarantine = route({
  method: 'DELETE',
  path: '/api/v1/staff/quarantine/{slots}',
  name: 'staffLiftQuarantine',
  summary: 'Use slots again; recovery begins to count anew',
  group,
  needs: 'staff',
  params: rangeParams,
  answers: { 204: { description: 'they are in use' } },
  errors: [],
  handle: async ({ params, services, caller }) => {
    const slots = numbersOf(services, params.slots);
    await done(services, (control) => control.quarantine({ slots, by: byWhom(caller) }));
    return { status: 204 };
  },
});

export const careRoutes: readonly Route[] = [
  listMaintenance,
  beginMaintenance,
  endMaintenance,
  listQuarantine,
  setQuarantine,
  liftQuarantine,
];
