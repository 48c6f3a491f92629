import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { Actor } from '../../rack/tenancy/actor.ts';
import { CliError, EXIT } from '../exit.ts';

export interface TenancyOptions {
  json?: boolean;
  rack?: string;
  state?: string;
}

/** The options that every command about customers takes. */
export function asked(command: Command): Command {
  return command
    .option('--json', 'print the result as JSON')
    .option('--rack <name>', 'the rack whose controller to ask (default: the only one that serves)')
    .option('--state <dir>', 'directory that holds the racks’ state');
}

/** Whoever runs the command, for the log of changes. */
export function myself(): Actor {
  return { who: userInfo().username, address: undefined, tenant: undefined };
}

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A time in the future from `90d`, `12h`, `30m`, or a date that `Date` reads. Milliseconds since the Unix epoch. */
export function moment(text: string, now: number): number {
  const match = /^(\d{1,5})([mhd])$/.exec(text);
  const at = match === null ? Date.parse(text) : now + Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
  if (!(at > now))
    throw new CliError(
      EXIT.usage,
      `expected a time to come, such as 90d, 12h or 2030-01-31, got ${JSON.stringify(text)}`,
    );
  return at;
}

/** Without seconds, in UTC. */
export function minute(at: number | undefined): string {
  return at === undefined ? '' : `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')}Z`;
}
