/** What staff do with slots, on the control socket: maintenance, quarantine, moves, and actions on many slots at once. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Assignments } from '../../jobs/assignments.ts';
import type { GroupAction, GroupRequest } from '../../jobs/groups.ts';
import type { SlotCare } from '../../jobs/maintenance.ts';
import { TenancyError } from '../../jobs/tenancy-error.ts';
import { REBOOTS } from '../../rack/reboot.ts';
import type { Actor } from '../../rack/tenancy/actor.ts';
import { millis, slotNumber } from '../../rack/units.ts';
import { checked, json, parsed } from './answer.ts';
import type { Feed } from './feed.ts';
import type { GroupView } from './staff-protocol.ts';
import { actor, line, name } from './tenancy-routes.ts';

export interface StaffTarget {
  readonly care: SlotCare;
  readonly assignments: Assignments;
  askGroup(request: GroupRequest): Promise<GroupView>;
  group(id: number): GroupView | undefined;
  groups(limit: number, before: number | undefined): readonly GroupView[];
}

interface Slots {
  readonly slots: readonly number[];
  readonly by: Actor;
}

export interface MaintenanceRequest extends Slots {
  /** Left out: it is ended. */
  readonly reason?: string;
  readonly until?: number | undefined;
}

export interface QuarantineRequest extends Slots {
  /** Left out: it is lifted. */
  readonly reason?: string;
}

export interface GroupBody extends Slots {
  readonly action: GroupAction;
  readonly key?: string | undefined;
}

const MOST_REASON = 500;
const time = z.int().min(0).transform(millis);
const slots = z.array(z.int().min(1).transform(slotNumber)).min(1).max(10_000);
const maintenance = z.strictObject({ slots, reason: line(MOST_REASON).optional(), until: time.optional(), by: actor });
const quarantine = z.strictObject({ slots, reason: line(MOST_REASON).optional(), by: actor });
const move = z.strictObject({ name, slot: z.int().min(1).transform(slotNumber), by: actor });
const action = z.discriminatedUnion('do', [
  z.strictObject({ do: z.enum(['on', 'off', 'cycle']) }),
  z.strictObject({ do: z.literal('reboot'), how: z.enum(REBOOTS) }),
  z.strictObject({ do: z.literal('reimage'), image: z.string().min(1).max(200).optional() }),
  z.strictObject({ do: z.literal('maintenance'), reason: line(MOST_REASON), until: time.optional() }),
  z.strictObject({ do: z.literal('end_maintenance') }),
]);
const group = z.strictObject({ slots, action, key: z.string().min(1).max(400).optional(), by: actor });
const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  before: z.coerce.number().int().min(1).optional(),
});

/** Answers `route`; false: it is none of these. */
export async function staffRoute(
  route: string,
  query: URLSearchParams,
  target: StaffTarget & { readonly feed: Feed },
  request: IncomingMessage,
  response: ServerResponse,
  known: (slots: readonly number[]) => void,
): Promise<boolean> {
  const { care, assignments, feed } = target;
  const one = /^GET \/v1\/groups\/(\d{1,15})$/.exec(route);
  if (one !== null) {
    const found = target.group(Number(one[1]));
    if (found === undefined) throw new TenancyError('unknown', `no action ${one[1]}: it is not known, or was long ago`);
    json(response, found);
    return true;
  }
  switch (route) {
    case 'POST /v1/maintenance': {
      const { slots: which, reason, until, by } = await parsed(maintenance, request);
      known(which);
      await (reason === undefined ? care.end(which, by) : care.begin(which, reason, until, by));
      json(response, { seq: feed.flush() });
      return true;
    }
    case 'POST /v1/quarantine': {
      const { slots: which, reason, by } = await parsed(quarantine, request);
      known(which);
      await (reason === undefined ? care.lift(which, by) : care.quarantine(which, reason, by));
      json(response, { seq: feed.flush() });
      return true;
    }
    case 'POST /v1/servers/move': {
      const wanted = await parsed(move, request);
      known([wanted.slot]);
      const { task } = await assignments.move(wanted.name, wanted.slot, wanted.by);
      json(response, { seq: feed.flush(), task });
      return true;
    }
    case 'POST /v1/groups': {
      const { key, ...wanted } = await parsed(group, request);
      known(wanted.slots);
      const made = await target.askGroup({ ...wanted, key });
      json(response, { seq: feed.flush(), group: made });
      return true;
    }
    case 'GET /v1/groups': {
      const { limit, before } = checked(listQuery, Object.fromEntries(query));
      json(response, target.groups(limit, before));
      return true;
    }
    default:
      return false;
  }
}
