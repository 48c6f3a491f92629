import { z } from 'zod';
import { MILESTONES } from '../../../rack/milestone.ts';
import type { BootView } from '../../control/boot-views.ts';
import { timeOf, when } from '../time.ts';

export const boot = z.object({
  id: z.string(),
  began_at: when,
  ended_at: when.nullable().describe('null: it goes on'),
  outcome: z
    .enum(['up', 'stuck', 'restarted', 'powered off'])
    .nullable()
    .describe('up, until it ends in another way; null: it is under way'),
  cause: z.string().nullable().describe('why it stood still'),
  os_image: z.string().nullable(),
  seconds: z.number().nullable().describe('until the server answered by SSH; null: it has not'),
  milestones: z.array(
    z.object({
      milestone: z.enum(MILESTONES),
      at: when,
      seconds: z.number().describe('since the boot began'),
    }),
  ),
  spans: z.record(z.string(), z.number()).describe('seconds of each part whose two ends were seen'),
});

const seconds = (millis: number) => Math.max(0, millis) / 1000;

export function bootOf(row: BootView): z.infer<typeof boot> {
  const up = row.steps.find(({ milestone }) => milestone === 'ssh_up');
  return {
    id: String(row.id),
    began_at: timeOf(row.startedAt),
    // A boot that came up is recorded as ended then; for its customer it goes on.
    ended_at: row.endedAt === undefined || row.outcome === 'up' ? null : timeOf(row.endedAt),
    outcome: row.outcome ?? null,
    cause: row.cause ?? null,
    os_image: row.image ?? null,
    seconds: up === undefined ? null : seconds(up.at - row.startedAt),
    milestones: row.steps.map(({ milestone, at }) => ({
      milestone,
      at: timeOf(at),
      seconds: seconds(at - row.startedAt),
    })),
    spans: Object.fromEntries(Object.entries(row.spans).map(([name, millis]) => [name, seconds(millis)])),
  };
}
