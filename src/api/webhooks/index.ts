/** Events sent to addresses of customers: from the history to deliveries, and from deliveries to receivers. */
import { networkInterfaces } from 'node:os';
import type { Logger } from 'pino';
import type { Clock } from '../../rack/clock.ts';
import type { ControlClient } from '../control/client.ts';
import type { Mirror } from '../http/mirror.ts';
import type { EventHistory } from '../v1/events/history.ts';
import { AddressPolicy } from './addresses.ts';
import { Dispatcher } from './dispatcher.ts';
import { Intake } from './intake.ts';
import { nameResolver } from './names.ts';
import { type SenderParts, sender } from './send.ts';
import { trustedBeside } from './trust.ts';
import { Webhooks } from './webhooks.ts';

export interface WebhookRules {
  /** Whether addresses may begin with `http:`. */
  readonly http: boolean;
  /** Prefixes that may be reached although they are not public. */
  readonly allowed: readonly string[];
  /** PEM file of a CA that is trusted beside the public ones; undefined: only those. */
  readonly ca: string | undefined;
  /** Prefixes of the rack, which may never be. */
  readonly own: readonly string[];
}

/** What handlers need of it. */
export interface WebhookService {
  readonly all: Webhooks;
  readonly sender: SenderParts;
  /** There is something new to send. */
  readonly kick: () => void;
}

export interface WebhookParts {
  readonly directory: string;
  readonly rules: WebhookRules;
  readonly history: EventHistory;
  readonly control: ControlClient;
  readonly mirror: Mirror;
  readonly clock: Clock;
  readonly log: Logger;
}

const SEND_LIMIT = 10_000;

/** Sends until the result's `stop`. */
export function startWebhooks(parts: WebhookParts): { readonly service: WebhookService; stop(): Promise<void> } {
  const { directory, rules, history, control, mirror, clock, log } = parts;
  const senderParts: SenderParts = {
    policy: new AddressPolicy({ own: rules.own, allowed: rules.allowed, local: localAddresses }),
    resolve: nameResolver(),
    http: rules.http,
    trust: trustedBeside(rules.ca),
    limit: SEND_LIMIT,
  };
  const webhooks = new Webhooks(directory, clock, control);
  const send = sender(senderParts);
  const dispatcher = new Dispatcher({ webhooks, send, control, mirror, clock, random: Math.random, log });
  const intake = new Intake({ webhooks, history, control, clock, log, added: () => dispatcher.kick() });
  dispatcher.start();
  return {
    service: { all: webhooks, sender: senderParts, kick: () => dispatcher.kick() },
    async stop() {
      intake.stop();
      await dispatcher.stop();
      webhooks.close();
    },
  };
}

function localAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? []);
}
