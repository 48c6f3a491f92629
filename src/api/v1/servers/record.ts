/** A server as it is told here: the record that hosted-Pi clients know, and what else is known. */
import { z } from 'zod';
import type { ServerView } from '../../control/feed-protocol.ts';
import type { SlotView } from '../../control/protocol.ts';
import { recordOf, type Site, record as shared } from '../../customer/record.ts';
import { timeOf, when } from '../time.ts';

export const record = shared.extend({
  tenant: z.string(),
  busy: z.boolean().describe('a task works on it: what would change it has to wait'),
  os_image: z.string(),
  tags: z.record(z.string(), z.string()),
  protection: z.object({
    delete: z.boolean().describe('it cannot be deleted'),
    rebuild: z.boolean().describe('its root cannot be replaced'),
  }),
  has_user_data: z.boolean().describe('user-data is kept for its next root; it is not told again'),
  created_at: when,
  live_at: when.nullable().describe('when it was first ready; null: it has not been yet'),
  failure: z.string().nullable().describe('why it will not become ready'),
  provisioning: z.string().describe('the task that makes it, or made it'),
});

export type V1Record = z.infer<typeof record>;

export function v1RecordOf(server: ServerView, slot: SlotView, site: Site): V1Record {
  return {
    ...recordOf(server, slot, site),
    tenant: server.tenant,
    busy: server.busy,
    os_image: server.image,
    tags: server.tags,
    protection: server.protection,
    has_user_data: server.userData !== undefined,
    created_at: timeOf(server.createdAt),
    live_at: server.liveAt === undefined ? null : timeOf(server.liveAt),
    failure: server.failure ?? null,
    provisioning: String(server.task),
  };
}
