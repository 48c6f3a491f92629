/** Webhooks and deliveries as clients read them. */
import { z } from 'zod';
import type { Delivery } from '../../webhooks/delivery-table.ts';
import type { Webhook } from '../../webhooks/webhook-table.ts';
import { timeOf, when } from '../time.ts';
import { wrongType } from './types.ts';

export const webhookRecord = z.object({
  id: z.string(),
  url: z.string(),
  description: z.string(),
  types: z.array(z.string()).nullable().describe('null: every type'),
  enabled: z.boolean(),
  disabled_why: z.string().nullable().describe('why it was switched off; null: it was not, or by you'),
  failing_since: when.nullable().describe('null: the last delivery succeeded, or there was none'),
  failures: z.int().describe('in a row'),
  old_secret_until: when.nullable().describe('until then messages are signed with the secret before, too'),
  created_at: when,
});

export const withSecret = webhookRecord.extend({
  secret: z.string().describe('to check signatures with; shown now and never again'),
});

export function webhookOf(webhook: Webhook, now: number): z.infer<typeof webhookRecord> {
  const { id, url, description, types = null, enabled, disabledWhy = null, failingSince, failures, old } = webhook;
  return {
    id,
    url,
    description,
    types: types === null ? null : [...types],
    enabled,
    disabled_why: disabledWhy,
    failing_since: failingSince === undefined ? null : timeOf(failingSince),
    failures,
    old_secret_until: old === undefined || old.until <= now ? null : timeOf(old.until),
    created_at: timeOf(webhook.createdAt),
  };
}

export const deliveryRecord = z.object({
  id: z.int(),
  message: z.string().describe('as in the header webhook-id'),
  type: z.string(),
  state: z.enum(['pending', 'delivered', 'failed']),
  attempts: z.int(),
  status: z.int().nullable().describe('what the last try was answered; null: nothing'),
  error: z.string().nullable(),
  millis: z.int().nullable().describe('how long the last try took'),
  created_at: when,
  due_at: when.nullable().describe('when it is tried next; null: no more'),
  ended_at: when.nullable(),
});

export function deliveryOf(delivery: Delivery): z.infer<typeof deliveryRecord> {
  const { id, message, type, state, attempts, status, error, millis, createdAt, dueAt, endedAt } = delivery;
  return {
    id,
    message,
    type,
    state,
    attempts,
    status,
    error,
    millis,
    created_at: timeOf(createdAt),
    due_at: state === 'pending' ? timeOf(dueAt) : null,
    ended_at: endedAt === null ? null : timeOf(endedAt),
  };
}

const description = z
  .string()
  .max(200)
  .regex(/^\P{Cc}*$/u, { error: 'expected one line' });
const url = z
  .string()
  .max(2_000)
  .refine(URL.canParse, { error: 'expected an address such as https://example.net/hook' });
const types = z
  .array(
    z
      .string()
      .max(80)
      .superRefine((type, context) => {
        const wrong = wrongType(type);
        if (wrong !== undefined) context.addIssue({ code: 'custom', message: wrong });
      }),
  )
  .min(1)
  .max(50)
  .nullable()
  .describe('as in `type` of a stream; null: every type');

export const newWebhook = z.object({ url, description: description.default(''), types: types.default(null) });
export const webhookChange = z.object({
  url: url.optional(),
  description: description.optional(),
  types: types.optional(),
  enabled: z.boolean().optional().describe('switched on again it begins with a clean record'),
});
export const rotation = z.object({
  keep_hours: z.int().min(0).max(168).default(24).describe('how long messages are signed with the old secret, too'),
});
