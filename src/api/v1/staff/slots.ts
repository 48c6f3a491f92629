/** Slots: what is in each, where its boot stands and why, and whose it is. */
import { z } from 'zod';
import type { ServerView } from '../../control/feed-protocol.ts';
import type { SlotView } from '../../control/protocol.ts';
import { type Route, route } from '../../http/route.ts';
import { timeOf, when } from '../time.ts';
import { rangeText, slotOf, slotParams, slotsOf } from './rack-slots.ts';

export const maintenance = z.object({
  reason: z.string(),
  who: z.string(),
  since: when,
  until: when.nullable().describe('null: until it is ended'),
});

export const quarantine = z.object({
  reason: z.string(),
  since: when,
  who: z.string().nullable().describe('null: recovery gave up'),
});

export const board = z.object({
  mac: z.string().nullable(),
  serial: z.string().nullable(),
  model: z.string().nullable(),
  revision: z.string().nullable().describe('the revision word, in hex'),
});

const shape = z.object({
  slot: z.int(),
  hostname: z.string(),
  switch: z.string(),
  port: z.string(),
  vlan: z.int(),
  ipv4: z.string(),
  ipv6: z.string(),
  image: z.string().nullable().describe('by the rack file; null: it boots nothing'),
  condition: z.string().describe('off, queued, switching, empty, booting, unassigned, up, unreachable, quarantined'),
  since: when,
  why: z.string().describe('where it stands, in a sentence'),
  last_trouble: z.string().nullable().describe('what went wrong last, kept after it healed'),
  wanted: z.enum(['on', 'off']),
  power: z
    .object({ on: z.boolean(), detection: z.string(), watts: z.number().nullable(), read_at: when })
    .nullable()
    .describe('as the switch reads; null: not read yet'),
  recovery_attempts: z.int(),
  boot: z
    .object({
      started_at: when,
      stage: z.string().nullable(),
      last_seen: z.string(),
      steps: z.array(z.object({ milestone: z.string(), at: when })),
    })
    .nullable(),
  board,
  tenant: z.string().nullable(),
  server: z.string().nullable(),
  maintenance: maintenance.nullable(),
  quarantine: quarantine.nullable(),
});

export function boardOf({ board: { mac, serial, model, revision } }: SlotView): z.infer<typeof board> {
  return {
    mac: mac ?? null,
    serial: serial ?? null,
    model: model ?? null,
    revision: revision === undefined ? null : revision.toString(16),
  };
}

export function maintenanceOf({ maintenance: kept }: SlotView): z.infer<typeof maintenance> | null {
  if (kept === null) return null;
  return { ...kept, since: timeOf(kept.since), until: kept.until === null ? null : timeOf(kept.until) };
}

export function quarantineOf({ quarantine: left }: SlotView): z.infer<typeof quarantine> | null {
  return left === null ? null : { reason: left.cause, since: timeOf(left.at), who: left.by };
}

function slotRecord(slot: SlotView, server: ServerView | undefined): z.infer<typeof shape> {
  const { boot, power } = slot;
  return {
    slot: slot.slot,
    hostname: slot.hostName,
    switch: slot.switch,
    port: slot.port,
    vlan: slot.vlan,
    ipv4: slot.ipv4,
    ipv6: slot.ipv6,
    image: slot.image,
    condition: slot.condition,
    since: timeOf(slot.since),
    why: slot.progress,
    last_trouble: slot.lastCause,
    wanted: slot.wanted,
    power: power && {
      on: power.admin,
      detection: power.detection,
      watts: power.watts ?? null,
      read_at: timeOf(power.readAt),
    },
    recovery_attempts: slot.attempts,
    boot: boot && {
      started_at: timeOf(boot.startedAt),
      stage: slot.stage,
      last_seen: boot.activity,
      steps: boot.steps.map(({ milestone, at }) => ({ milestone, at: timeOf(at) })),
    },
    board: boardOf(slot),
    tenant: server?.tenant ?? null,
    server: server?.name ?? null,
    maintenance: maintenanceOf(slot),
    quarantine: quarantineOf(slot),
  };
}

const group = 'staff: the rack';

const list = route({
  method: 'GET',
  path: '/api/v1/staff/slots',
  name: 'staffListSlots',
  summary: 'Slots in their order: what is in each, where its boot stands and why, and whose it is',
  group,
  needs: 'staff',
  query: z.object({
    slots: rangeText.optional(),
    condition: z.string().max(32).optional().describe('only those in this condition'),
  }),
  answers: { 200: { description: 'slots', schema: z.object({ slots: z.array(shape) }) } },
  errors: [],
  handle: ({ query, services }) => {
    const servers = new Map(
      [...services.mirror.rack().servers.values()].map((server) => [server.slot as number, server]),
    );
    const wanted = slotsOf(services, query.slots ?? 'all').filter(
      ({ condition }) => query.condition === undefined || condition === query.condition,
    );
    return { status: 200, body: { slots: wanted.map((slot) => slotRecord(slot, servers.get(slot.slot))) } };
  },
});

const get = route({
  method: 'GET',
  path: '/api/v1/staff/slots/{slot}',
  name: 'staffGetSlot',
  summary: 'One slot',
  group,
  needs: 'staff',
  params: slotParams,
  answers: { 200: { description: 'the slot', schema: shape } },
  errors: ['not_found'],
  handle: ({ params, services }) => {
    const slot = slotOf(services, params.slot);
    const server = [...services.mirror.rack().servers.values()].find((each) => each.slot === slot.slot);
    return { status: 200, body: slotRecord(slot, server) };
  },
});

export const slotRoutes: readonly Route[] = [list, get];
