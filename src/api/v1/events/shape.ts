/** An event as clients read it: the data of a stream, a line of a list, the body of a webhook. */
import { z } from 'zod';
import type { PassingEvent } from '../../../jobs/client-events.ts';
import type { EventRow } from '../../../store/events.ts';
import { timeOf, when } from '../time.ts';

export const clientEvent = z.object({
  id: z.int().describe('rises with every event of the rack'),
  type: z.string(),
  at: when,
  server: z.string().nullable().describe('the name that the server had then; null: it is of none'),
  text: z.string().describe('a sentence for people; its words may change'),
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).describe('by type'),
  tenant: z.string().nullable().optional().describe('with a staff key'),
  slot: z.int().nullable().optional().describe('with a staff key'),
});

export type ClientEvent = z.infer<typeof clientEvent>;

export function shapeOf(row: EventRow, staff: boolean): ClientEvent {
  const { id, kind, at, server, text, data, tenant, slot } = row;
  return { id, type: kind, at: timeOf(at), server, text, data, ...(staff && { tenant, slot }) };
}

/** An event of a stream (WHATWG HTML §9.2.6). JSON has no line ends, so its data is one line. */
export function frameOf(row: EventRow, staff: boolean): Buffer {
  return Buffer.from(`id: ${row.id}\nevent: ${row.kind}\ndata: ${JSON.stringify(shapeOf(row, staff))}\n\n`);
}

/** Without an id: whoever resumes does so after the last event that is kept. */
export function passingFrame({ kind, server, text, data, tenant, slot }: PassingEvent, staff: boolean): Buffer {
  const body = { type: kind, server, text, data, ...(staff && { tenant, slot }) };
  return Buffer.from(`event: ${kind}\ndata: ${JSON.stringify(body)}\n\n`);
}

/** The bytes for customers and those for staff, each made once however many are sent them. */
export function framesOf(make: (staff: boolean) => Buffer): (staff: boolean) => Buffer {
  let [own, staffs]: (Buffer | undefined)[] = [];
  return (staff) => {
    if (staff) {
      staffs ??= make(true);
      return staffs;
    }
    own ??= make(false);
    return own;
  };
}
