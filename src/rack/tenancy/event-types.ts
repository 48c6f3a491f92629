/**
 * What customers are told of, by its type. A type has a dot; a kind of event without one is a word of the rack's own
 * staff. No text or data of these names anything outside of the customer's own servers.
 */
export const CLIENT_EVENTS = Object.freeze({
  'boot.began': 'a boot has begun',
  'boot.milestone': 'a boot has reached a milestone',
  'boot.up': 'the server answers by SSH',
  'boot.stuck': 'a boot stands still, and is given up',
  'power.on': 'the switch gives the board power',
  'power.off': 'the board has no power any more',
  'health.unreachable': 'the server was up, and does not answer any more',
  'health.reachable': 'the server answers again',
  'health.quarantined': 'nothing is tried any more to get the board up',
  'health.released': 'the board is in use again',
  'job.queued': 'work on the server is recorded',
  'job.began': 'work on the server has begun',
  'job.step': 'the work has reached its next step',
  'job.undoing': 'the work cannot be done, and what was done of it is being put back',
  'job.done': 'the work is done',
  'job.failed': 'the work has failed',
  'job.cancelled': 'the work was called off, and is put back',
  'server.created': 'the server was ordered',
  'server.live': 'the server is ready for the first time',
  'server.failed': 'the server could not be made ready',
  'server.changed': 'tags, protection or user-data were changed',
  'server.keys_changed': 'the SSH keys were changed',
  'server.moved': 'staff gave the server another board: another address, and a fresh root',
  'server.deleted': 'the server is gone, and its name is free',
  'webhook.disabled': 'a webhook failed for so long that it was switched off',
} as const);

export type ClientEventType = keyof typeof CLIENT_EVENTS;

export const CLIENT_EVENT_TYPES = Object.freeze(Object.keys(CLIENT_EVENTS)) as readonly ClientEventType[];

export const isClientEvent = (kind: string): kind is ClientEventType => Object.hasOwn(CLIENT_EVENTS, kind);

/**
 * Told while it goes on and kept nowhere: whoever misses one reads the next. The first is a boot's sentence, such as
 * `Loading kernel (62 %)`, the second the newest word on a step of a job.
 */
export const PASSING_EVENTS = Object.freeze(['boot.progress', 'job.progress'] as const);
export type PassingEventType = (typeof PASSING_EVENTS)[number];
