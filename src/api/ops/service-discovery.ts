import { z } from 'zod';
import { visible } from '../customer/find.ts';
import type { Caller } from '../http/auth/caller.ts';
import { route } from '../http/route.ts';
import type { Services } from '../http/services.ts';

const NODE_EXPORTER = 9100;

const query = z.object({
  port: z
    .string()
    .regex(/^\d{1,5}$/, { error: 'expected a TCP port' })
    .transform(Number)
    .refine((port) => port >= 1 && port <= 65_535, { error: 'expected a TCP port' })
    .optional()
    .describe(`of the exporter; left out: ${NODE_EXPORTER}`),
});

const target = z.object({
  targets: z.array(z.string()).describe('one address and port'),
  labels: z.record(z.string(), z.string()),
});

/** Labels are what stays: one that changed would begin new series. */
function targetsOf(services: Services, caller: Caller, port: number): z.infer<typeof target>[] {
  const { rack, slots } = services.mirror.rack();
  const at = (ipv6: string, labels: Record<string, string>) => ({ targets: [`[${ipv6}]:${port}`], labels });
  if (caller.scope === 'staff')
    return [...slots.values()]
      .filter((slot) => slot.image !== null)
      .map((slot) =>
        at(slot.ipv6, { rack, slot: String(slot.slot), hostname: slot.hostName, switch: slot.switch, port: slot.port }),
      );
  return visible(services, caller).flatMap(({ name, slot: number, spec }) => {
    const slot = slots.get(number);
    return slot === undefined ? [] : [at(slot.ipv6, { server: name, hostname: slot.hostName, model: spec.modelFull })];
  });
}

export const boardTargets = route({
  method: 'GET',
  path: '/sd/boards',
  name: 'listScrapeTargets',
  summary:
    'Boards as HTTP service discovery of Prometheus: the servers of the key, or with a staff key all slots in use',
  group: 'monitoring',
  needs: 'read',
  query,
  answers: { 200: { description: 'one target a board', schema: z.array(target) } },
  errors: [],
  handle: ({ query: { port }, services, caller }) => ({
    status: 200,
    body: targetsOf(services, caller, port ?? NODE_EXPORTER),
  }),
});
