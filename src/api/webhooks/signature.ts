/** Signed as Standard Webhooks has it: HMAC-SHA256 over id, time and body, so that a message can be neither made up nor sent again later. */
import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

export function newWebhookSecret(bytes: Uint8Array): string {
  if (bytes.length !== 32) throw new RangeError(`expected 32 random bytes, got ${bytes.length}`);
  return PREFIX + Buffer.from(bytes).toString('base64');
}

export interface Message {
  readonly id: string;
  /** Seconds since the Unix epoch, of this try. */
  readonly timestamp: number;
  readonly body: string;
}

/** One signature for each secret that is valid; a receiver is content with either. */
export function signedHeaders(message: Message, secrets: readonly string[]): Readonly<Record<string, string>> {
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestamp),
    'webhook-signature': secrets.map((secret) => signatureOf(message, secret)).join(' '),
  };
}

function signatureOf({ id, timestamp, body }: Message, secret: string): string {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}
