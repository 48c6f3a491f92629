import { setTimeout as pause } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { type ControlClient, NotServing } from '../api/control/client.ts';
import type { EventRow } from '../store/events.ts';
import { EXIT } from './exit.ts';
import { findController } from './places.ts';
import { clean } from './table.ts';

interface EventsOptions {
  follow?: boolean;
  slot?: number;
  type?: string;
  limit: number;
  json?: boolean;
  rack?: string;
  state?: string;
}

const LOOK_EVERY = 300;
const MOST = 1_000;

export function eventsCommand(): Command {
  return new Command('events')
    .description('what happened in the rack, newest last')
    .option('--follow', 'go on with what happens; also over restarts of the controller, with nothing left out')
    .option('--slot <number>', 'of one slot', slotArgument)
    .option('--type <type>', 'of one type, such as stuck or boot.up; docs/events.md has those of customers')
    .option('--limit <number>', 'begin with so many of the newest', count, 50)
    .option('--json', 'print one JSON object a line')
    .option('--rack <name>', 'the rack whose controller to ask (default: the only one that serves)')
    .option('--state <dir>', 'directory that holds the racks’ state')
    .action(async (options: EventsOptions) => {
      const client = await findController(options);
      const { slot, type: kind, limit } = options;
      const filter = { slot, kind };
      const { events, newest } = await client.events({ ...filter, limit });
      const show = (rows: readonly EventRow[]) => {
        for (const row of rows) console.log(options.json ? JSON.stringify(row) : lineOf(row));
      };
      show(events);
      if (options.follow) await follow(client, Math.max(newest, events.at(-1)?.id ?? 0), filter, show);
      process.exitCode = EXIT.done;
    });
}

/** Until the process is ended. A controller that is away for a while is waited for. */
async function follow(
  client: Pick<ControlClient, 'events'>,
  from: number,
  filter: { slot: number | undefined; kind: string | undefined },
  show: (rows: readonly EventRow[]) => void,
): Promise<never> {
  for (let after = from; ; await pause(LOOK_EVERY)) {
    try {
      const page = await client.events({ ...filter, after, limit: MOST });
      if (after < page.swept) console.error(`of the events up to ${page.swept} some are not kept any more`);
      show(page.events);
      const whole = page.events.length < MOST;
      after = whole ? page.newest : (page.events.at(-1)?.id ?? after);
    } catch (cause) {
      if (!(cause instanceof NotServing)) throw cause;
    }
  }
}

function lineOf({ at, slot, kind, text, server }: EventRow): string {
  const where = slot === null ? 'rack' : `slot ${slot}`;
  return clean(`${new Date(at).toISOString()} ${where} ${kind}${server === null ? '' : ` (${server})`}: ${text}`);
}

function slotArgument(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('expected the number of a slot.');
  return Number(text);
}

function count(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text) || Number(text) > MOST) throw new InvalidArgumentError(`expected 1 to ${MOST}.`);
  return Number(text);
}
