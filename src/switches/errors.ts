import type { Millis } from '../rack/units.ts';

/** Everything that can be wrong with a switch. `code` is stable and for programs; the message is for people. */
export class SwitchError extends Error {
  override readonly name: string = 'SwitchError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The queue of a switch is full: it is slow or away, and more work would only wait longer. */
export class SwitchQueueFull extends SwitchError {
  override readonly name = 'SwitchQueueFull';
  constructor(what: string, depth: number, running: string) {
    super('switch-queue-full', `"${what}" was not queued: ${depth} jobs wait already, behind "${running}"`);
  }
}

/** A job was not finished in its time. `ran` says whether it was begun: if so, its effect is unknown until read back. */
export class SwitchJobTooLate extends SwitchError {
  override readonly name = 'SwitchJobTooLate';
  readonly ran: boolean;
  constructor(what: string, waited: Millis, ran: boolean, behind: string | undefined) {
    const reason = ran ? 'it was begun and has not ended' : `it still waits behind "${behind ?? 'nothing'}"`;
    super('switch-job-too-late', `"${what}" was not done within ${waited} ms: ${reason}`);
    this.ran = ran;
  }
}

/** The switch was closed by this program: it is not waited for. */
export class SwitchClosed extends SwitchError {
  override readonly name = 'SwitchClosed';
  constructor() {
    super('switch-closed', 'the switch was closed');
  }
}

/** The PoE rows could not be matched one to one with faceplate ports, or are not where they were: nothing may be written. */
export class PortMapRefused extends SwitchError {
  override readonly name = 'PortMapRefused';
  /** One line per rule that was tried, or per port that moved. */
  readonly reasons: readonly string[];
  constructor(reasons: readonly string[], headline = 'the port map is not proven unique') {
    super('port-map-refused', `${headline}: ${reasons.join('; ')}`);
    this.reasons = reasons;
  }
}

/** A write to a port that is not this rack's to write: an uplink, an unlisted or an unknown port. */
export class WriteRefused extends SwitchError {
  override readonly name = 'WriteRefused';
  readonly port: string;
  constructor(port: string, reason: string) {
    super('write-refused', `port ${port} is not written: ${reason}`);
    this.port = port;
  }
}

/** Another operation has the port. */
export class PortBusy extends SwitchError {
  override readonly name = 'PortBusy';
  readonly port: string;
  constructor(port: string, what: string, since: Millis) {
    super('port-busy', `port ${port} is busy: "${what}" began ${since} ms ago`);
    this.port = port;
  }
}

/** The switch accepted a write and reads back the old value. `what` was wanted: `power off`. */
export class SetNotApplied extends SwitchError {
  override readonly name = 'SetNotApplied';
  readonly port: string;
  constructor(port: string, what: string, seen: string, waited: Millis) {
    super(
      'set-not-applied',
      `port ${port}: the switch accepted ${what}, and ${waited} ms later it still reads ${seen}`,
    );
    this.port = port;
  }
}

/**
 * A write was not answered. `seen` is what the port reads now: the old value where it had no effect so far, undefined
 * where the reading failed too. A switch may still act on it later.
 */
export class SetUnconfirmed extends SwitchError {
  override readonly name = 'SetUnconfirmed';
  readonly port: string;
  readonly seen: string | undefined;
  constructor(port: string, what: string, seen: string | undefined, options: ErrorOptions) {
    const now = seen === undefined ? 'it could not be read back either' : `it reads ${seen} now`;
    super('set-unconfirmed', `port ${port}: ${what} was not answered, and ${now}`, options);
    this.port = port;
    this.seen = seen;
  }
}

/** A port did not reach the awaited state in its time. */
export class PowerTimeout extends SwitchError {
  override readonly name = 'PowerTimeout';
  readonly port: string;
  readonly waited: Millis;
  readonly last: string;
  constructor(port: string, expected: string, waited: Millis, last: string, options?: ErrorOptions) {
    super('power-timeout', `port ${port}: expected ${expected} within ${waited} ms, last read ${last}`, options);
    this.port = port;
    this.waited = waited;
    this.last = last;
  }
}

/** The switch refuses power to this port for want of it, and it does not come up. */
export class PowerDenied extends SwitchError {
  override readonly name = 'PowerDenied';
  readonly port: string;
  /** `refusals`: as the switch counts them, 0 where it only says so. */
  constructor(port: string, refusals: number, waited: Millis, last: string) {
    const times = refusals === 0 ? '' : ` ${refusals} times`;
    super(
      'power-denied',
      `port ${port}: the switch denied power${times} in ${waited} ms (its budget is used up), last read ${last}`,
    );
    this.port = port;
  }
}

/** The port gave up: a short circuit, an overload or a broken board. Many switches keep it so until it is off and on again. */
export class PortFault extends SwitchError {
  override readonly name = 'PortFault';
  readonly port: string;
  constructor(port: string, waited: Millis, last: string) {
    super('port-fault', `port ${port}: the switch reports a fault of the port after ${waited} ms, last read ${last}`);
    this.port = port;
  }
}

/** The family has no object that saves the configuration: it is right until the switch restarts, and then what it was. */
export class SaveByHand extends SwitchError {
  override readonly name = 'SaveByHand';
  constructor(command: string | undefined) {
    super('save-by-hand', `it is saved by hand${command === undefined ? '' : `: ${command}`}`);
  }
}
