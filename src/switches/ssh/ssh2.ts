/**
 * The part of the ssh2 package that is used here. Nothing else imports it. Its optional native add-ons (cpu-features and a
 * cipher binding) are not built: Node's own crypto is enough for a few kilobytes a second.
 */
import ssh2 from 'ssh2';

export type { ClientChannel, ParsedKey, Prompt } from 'ssh2';

export const { Client } = ssh2;
export const { parseKey } = ssh2.utils;

/** What its errors carry: where they come from. */
export interface Ssh2Error extends Error {
  readonly level?: string;
  /** Of a channel that was not opened: RFC 4254 §5.1. */
  readonly reason?: number | string;
}
