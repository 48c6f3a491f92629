/**
 * The connection to one switch: made when it is first needed, kept, and made anew after it was lost. A command is never
 * sent twice: once it is on its way, only a reading can tell whether it was carried out.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../rack/clock.ts';
import type { SshPlan } from '../../rack/plan.ts';
import type { Millis } from '../../rack/units.ts';
import { millis, seconds } from '../../rack/units.ts';
import { SwitchClosed } from '../errors.ts';
import type { SecretReader } from '../snmp/secrets.ts';
import type { Conversation } from './conversation.ts';
import { createConversation } from './conversation.ts';
import { SshAuthRefused } from './errors.ts';
import type { Executed } from './exec.ts';
import { exec } from './exec.ts';
import type { Link, LinkLimits } from './link.ts';
import { openLink } from './link.ts';
import { readCredential } from './login.ts';
import type { ClientChannel } from './ssh2.ts';

export interface SshLimits extends LinkLimits {
  /** From asking for a channel to the end of the answer. */
  readonly command: Millis;
  /** Most bytes of an answer. */
  readonly bytes: number;
  /** After a refused login nobody knocks for so long: switches lock users and addresses out. */
  readonly afterRefusal: Millis;
}

export const SSH_LIMITS: SshLimits = Object.freeze({
  connect: seconds(15),
  command: seconds(30),
  keepalive: seconds(15),
  keepaliveMisses: 3,
  // A full interface table of a ten-member stack is about 3 MB of XML.
  bytes: 8 * 1024 * 1024,
  afterRefusal: seconds(60),
});

export interface SshTarget {
  readonly name: string;
  readonly address: string;
  readonly ssh: SshPlan;
}

export interface SshDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly secrets: SecretReader;
  readonly limits?: Partial<SshLimits>;
}

export interface SshCounts {
  connects: number;
  commands: number;
}

/** All of it throws the errors of `errors.ts`. */
export interface SshTransport {
  /** For messages: `sw1 (192.0.2.1 port 22)`. */
  readonly target: string;
  /** Runs a command on a channel of its own. `what` names it for people. */
  exec(command: string, what: string, deadline?: Millis): Promise<Executed>;
  /** Opens a subsystem, whose answers end with `mark`. */
  converse(subsystem: string, mark: string): Promise<Conversation>;
  readonly counts: Readonly<SshCounts>;
  close(): void;
}

/** Nothing is sent, and no secret read, until the first command. */
export function createSshTransport(plan: SshTarget, deps: SshDeps): SshTransport {
  const { clock } = deps;
  const limits: SshLimits = { ...SSH_LIMITS, ...deps.limits };
  const target = `${plan.name} (${plan.address} port ${plan.ssh.port})`;
  const log = deps.log.child({ switch: plan.name });
  const counts: SshCounts = { connects: 0, commands: 0 };
  let opening: Promise<Link> | undefined;
  let current: Link | undefined;
  let refused: { readonly error: SshAuthRefused; readonly at: Millis } | undefined;
  let closed = false;

  const connect = async (): Promise<Link> => {
    const credential = await readCredential(plan.ssh, deps.secrets);
    if (closed) throw new SwitchClosed();
    counts.connects += 1;
    const link = await openLink({ target, address: plan.address, plan: plan.ssh, credential, clock, limits });
    if (closed) {
      link.close();
      throw new SwitchClosed();
    }
    log.debug('SSH connection open');
    link.onEnd(() => {
      if (current === link) current = undefined;
      if (!closed) log.debug({ reason: link.cause?.message }, 'SSH connection ended');
    });
    current = link;
    return link;
  };

  const reach = async (): Promise<Link> => {
    if (closed) throw new SwitchClosed();
    if (current?.usable) return current;
    if (refused && clock.monotonic() - refused.at < limits.afterRefusal) throw refused.error;
    opening ??= connect().finally(() => {
      opening = undefined;
    });
    try {
      const link = await opening;
      refused = undefined;
      return link;
    } catch (error) {
      if (error instanceof SshAuthRefused) refused = { error, at: clock.monotonic() };
      throw error;
    }
  };

  return {
    target,
    counts,
    async exec(command, what, deadline = limits.command) {
      const link = await reach();
      counts.commands += 1;
      log.debug({ command: command.slice(0, 500) }, 'SSH command');
      return exec(link, command, what, { deadline, bytes: limits.bytes }, clock, target);
    },
    async converse(subsystem, mark) {
      const link = await reach();
      const listen = (channel: ClientChannel) =>
        createConversation({ link, channel, mark, bytes: limits.bytes, clock, target });
      return within(link, clock, limits.command, link.openSubsystem(subsystem, listen));
    },
    close() {
      closed = true;
      current?.close();
      current = undefined;
    },
  };
}

/** The connection is ended when the channel does not come in its time, and with it the waiting. */
async function within<T>(link: Link, clock: Clock, deadline: Millis, work: Promise<T>): Promise<T> {
  const timer = clock.after(millis(deadline), () => link.destroy());
  try {
    return await work;
  } finally {
    timer.cancel();
  }
}
