import type { Millis } from '../../rack/units.ts';
import { SwitchError } from '../errors.ts';
import type { Oid } from './oid.ts';

/** RFC 3416 §3, error-status by number. */
export const ERROR_STATUS = Object.freeze([
  'noError',
  'tooBig',
  'noSuchName',
  'badValue',
  'readOnly',
  'genErr',
  'noAccess',
  'wrongType',
  'wrongLength',
  'wrongEncoding',
  'wrongValue',
  'noCreation',
  'inconsistentValue',
  'resourceUnavailable',
  'commitFailed',
  'undoFailed',
  'authorizationError',
  'notWritable',
  'inconsistentName',
] as const);
export type ErrorStatusName = (typeof ERROR_STATUS)[number] | `unknown(${number})`;

export function errorStatusName(status: number): ErrorStatusName {
  return ERROR_STATUS[status] ?? `unknown(${status})`;
}

export type SnmpOperation = 'get' | 'getBulk' | 'set';

/**
 * Why there was no answer, as far as it can be told. An agent drops what it does not authorise without a word, so an
 * unknown community looks like a dead switch, and a read-only one like a switch that hangs on writes
 * (research: snmp-poe §4).
 * - `never-answered`: nothing was ever heard: down, wrong address or port, or a community it does not know
 * - `went-silent`: it answered before
 * - `reads-only`: it answers reads and never answered a write: perhaps a community or user without write access
 */
export type Silence = 'never-answered' | 'went-silent' | 'reads-only';

const SILENCE_TEXT: Readonly<Record<Silence, string>> = {
  'never-answered': 'it never answered: down, wrong address or port, or a community it does not know',
  'went-silent': 'it answered before and is silent now',
  'reads-only': 'it answers reads but never answered a write: perhaps the community or user may not write',
};

export interface Heard {
  readonly reads: number;
  readonly writes: number;
}

/** `heard` counts the answers of this session so far. */
export function silence(operation: SnmpOperation, heard: Heard): Silence {
  if (heard.reads + heard.writes === 0) return 'never-answered';
  return operation === 'set' && heard.writes === 0 ? 'reads-only' : 'went-silent';
}

export class SnmpTimeout extends SwitchError {
  override readonly name = 'SnmpTimeout';
  readonly silence: Silence;
  readonly waited: Millis;
  constructor(operation: SnmpOperation, target: string, waited: Millis, attempts: number, why: Silence) {
    super(
      'snmp-timeout',
      `${target} did not answer ${operation} in ${waited} ms (sent ${attempts} times); ${SILENCE_TEXT[why]}`,
    );
    this.silence = why;
    this.waited = waited;
  }
}

/** The agent answered with an error-status. */
export class SnmpErrorStatus extends SwitchError {
  override readonly name = 'SnmpErrorStatus';
  readonly status: ErrorStatusName;
  /** The object that the agent names, where it names one. */
  readonly oid: Oid | undefined;
  constructor(operation: SnmpOperation, status: ErrorStatusName, oid: Oid | undefined) {
    super('snmp-error-status', `${operation} failed with ${status}${oid === undefined ? '' : ` at ${oid}`}`);
    this.status = status;
    this.oid = oid;
  }
}

/** SNMPv3 refused us, or an answer could not be trusted (RFC 3414). Never carries keys. */
export class SnmpSecurity extends SwitchError {
  override readonly name = 'SnmpSecurity';
  constructor(target: string, reason: string) {
    super('snmp-security', `${target}: ${reason}`);
  }
}

/** An answer that breaks the protocol. */
export class SnmpAnswerInvalid extends SwitchError {
  override readonly name = 'SnmpAnswerInvalid';
  constructor(reason: string) {
    super('snmp-answer-invalid', `invalid SNMP answer: ${reason}`);
  }
}

/** The request could not be sent. */
export class SnmpTransport extends SwitchError {
  override readonly name = 'SnmpTransport';
  constructor(target: string, reason: string, options?: ErrorOptions) {
    super('snmp-transport', `cannot reach ${target}: ${reason}`, options);
  }
}

/** A walk that could not be completed; what it had gathered is dropped, because a part of a table looks like a whole one. */
export class SnmpWalkFailed extends SwitchError {
  override readonly name = 'SnmpWalkFailed';
  readonly reason: 'not-increasing' | 'empty-answer' | 'too-many-rows' | 'deadline' | 'too-big';
  constructor(column: Oid, reason: SnmpWalkFailed['reason'], detail: string) {
    super('snmp-walk-failed', `walk of ${column}: ${detail}`);
    this.reason = reason;
  }
}

export class SecretUnreadable extends SwitchError {
  override readonly name = 'SecretUnreadable';
  constructor(where: string, reason: string, options?: ErrorOptions) {
    super('secret-unreadable', `secret from ${where}: ${reason}`, options);
  }
}
