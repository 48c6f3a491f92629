import type { Millis } from '../../rack/units.ts';
import { printable } from '../../wire/printable.ts';
import { SwitchError } from '../errors.ts';

/** How much of what a switch said last goes into a message. */
const TAIL = 200;

/** The end of an output, fit for a log. Switches end lines with CR LF, and a prompt has no end at all. */
export function tail(output: string): string {
  return printable(output.replaceAll(/\s+/g, ' ').trim().slice(-TAIL));
}

/** There is no connection, so nothing was sent. */
export class SshUnreachable extends SwitchError {
  override readonly name = 'SshUnreachable';
  constructor(target: string, reason: string, options?: ErrorOptions) {
    super('ssh-unreachable', `cannot reach ${target} over SSH: ${reason}`, options);
  }
}

/** Another key than the one in the rack file: another switch, one that was reset, or somebody in between. */
export class SshHostKeyMismatch extends SwitchError {
  override readonly name = 'SshHostKeyMismatch';
  readonly expected: string;
  readonly seen: string;
  constructor(target: string, expected: string, seen: string) {
    super(
      'ssh-host-key',
      `${target} shows the host key ${seen}, and the rack file says ${expected}: no password or key was sent to it`,
    );
    this.expected = expected;
    this.seen = seen;
  }
}

/** The two ends have no algorithm in common, or the handshake broke off. */
export class SshHandshakeFailed extends SwitchError {
  override readonly name = 'SshHandshakeFailed';
  constructor(target: string, reason: string, options?: ErrorOptions) {
    super('ssh-handshake', `${target}: ${reason}`, options);
  }
}

/** The switch does not let this user in. Asked again only after a while, because switches lock users out. */
export class SshAuthRefused extends SwitchError {
  override readonly name = 'SshAuthRefused';
  constructor(target: string, user: string, reason: string) {
    super('ssh-auth', `${target} refused user ${printable(user, 64)}: ${reason}`);
  }
}

/** The connection works and gives no channel: most switches allow few sessions at a time. Nothing was run. */
export class SshChannelRefused extends SwitchError {
  override readonly name = 'SshChannelRefused';
  constructor(target: string, what: string, reason: string, options?: ErrorOptions) {
    super('ssh-channel', `${target} opened no channel for ${what}: ${printable(reason, TAIL)}`, options);
  }
}

/** The connection ended in the middle of a command: whether it was carried out is for a reading to tell. */
export class SshLost extends SwitchError {
  override readonly name = 'SshLost';
  readonly last: string;
  constructor(target: string, what: string, output: string, options?: ErrorOptions) {
    const last = tail(output);
    const said = last === '' ? 'it had said nothing' : `the last it said was "${last}"`;
    super('ssh-lost', `the connection to ${target} ended during ${what}; ${said}`, options);
    this.last = last;
  }
}

/** No end of the answer in its time. */
export class SshTimeout extends SwitchError {
  override readonly name = 'SshTimeout';
  readonly waited: Millis;
  readonly last: string;
  constructor(target: string, what: string, expected: string, waited: Millis, output: string) {
    const last = tail(output);
    const said = last === '' ? 'it said nothing' : `the last it said was "${last}"`;
    super('ssh-timeout', `${target}: ${expected} was not seen within ${waited} ms of ${what}; ${said}`);
    this.waited = waited;
    this.last = last;
  }
}

/** More output than any answer has: the connection was dropped. */
export class SshFlooded extends SwitchError {
  override readonly name = 'SshFlooded';
  constructor(target: string, what: string, limit: number) {
    super('ssh-flooded', `${target} sent more than ${limit} bytes in answer to ${what}; the connection was dropped`);
  }
}

/** The switch read the command and said no. */
export class CommandRefused extends SwitchError {
  override readonly name = 'CommandRefused';
  /** The switch's own words. */
  readonly words: string;
  constructor(what: string, words: string) {
    const said = tail(words);
    super('command-refused', `the switch refused ${what}: ${said === '' ? 'without a word' : `"${said}"`}`);
    this.words = said;
  }
}

/** An answer that is not of the form that was asked for. */
export class SshAnswerInvalid extends SwitchError {
  override readonly name = 'SshAnswerInvalid';
  constructor(what: string, reason: string, options?: ErrorOptions) {
    super('ssh-answer-invalid', `invalid answer to ${what}: ${printable(reason, TAIL)}`, options);
  }
}

/** The switch works, but not in a way that this program can manage; says what a person can do. */
export class SshUnsupported extends SwitchError {
  override readonly name = 'SshUnsupported';
  constructor(reason: string) {
    super('ssh-unsupported', reason);
  }
}

/** A name that would not be safe inside a command, so none is built with it. */
export class UnsafeName extends SwitchError {
  override readonly name = 'UnsafeName';
  constructor(kind: string, name: string, expected: string) {
    super('unsafe-name', `${kind} "${printable(name, 64)}" is not written into a command: expected ${expected}`);
  }
}

/**
 * A change is in force on the switch on trial, and taken back by the switch itself unless somebody confirms it. Nothing is
 * written until then, because any further commit would confirm it; and what is read may be gone a minute later.
 */
export class CommitOnTrial extends SwitchError {
  override readonly name = 'CommitOnTrial';
  constructor(target: string, whose: string, options?: ErrorOptions) {
    super(
      'commit-on-trial',
      `${target}: ${printable(whose, TAIL)} is on trial; nothing is written until it is confirmed or taken back`,
      options,
    );
  }
}
