import { Command } from 'commander';
import type { BoardView } from '../api/control/protocol.ts';
import { CliError, EXIT } from './exit.ts';
import { findController } from './places.ts';
import { inSeconds } from './rack-view.ts';

export function boardCommand(): Command {
  return new Command('board')
    .argument('<slot>', 'slot number')
    .description('show one board: what it is, its boots step by step, its events')
    .option('--json', 'print it as JSON')
    .option('--rack <name>', 'the rack whose controller to ask (default: the only one that serves)')
    .option('--state <dir>', 'directory that holds the racks’ state')
    .action(async (slot: string, options: { json?: boolean; rack?: string; state?: string }) => {
      if (!/^[1-9]\d{0,5}$/.test(slot))
        throw new CliError(EXIT.usage, `expected a slot number such as 17, got ${JSON.stringify(slot)}`);
      const client = await findController(options);
      const view = await client.board(Number(slot));
      console.log(options.json ? JSON.stringify(view, null, 2) : describe(view));
    });
}

const RECENT_SHOWN = 8;

function describe({ slot, recent, slow, observations, boots, events }: BoardView): string {
  const { board, power } = slot;
  const revision = board.revision === undefined ? '' : ` revision ${board.revision.toString(16)}`;
  const lines = [
    `slot ${slot.slot}: ${slot.hostName}, ${slot.condition} since ${time(slot.since)}`,
    `  progress    ${slot.progress}`,
    `  board       ${board.model ?? 'not seen yet'}${revision}, serial ${board.serial ?? '?'}, MAC ${board.mac ?? '?'}`,
    `  port        ${slot.port} of ${slot.switch}, ${power === null ? 'not read yet' : `${power.detection}${power.watts === undefined ? '' : `, ${power.watts.toFixed(1)} W`}, read ${time(power.readAt)}`}`,
    `  network     VLAN ${slot.vlan}, ${slot.ipv4}, ${slot.ipv6}, SSH relay port ${slot.sshPort}`,
    `  image       ${slot.image ?? 'none: the board gets 404s after its first stage'}`,
    `  IPv6        ${slot.reachable6 === null ? 'not asked yet' : slot.reachable6 ? 'answers' : 'does not answer'}`,
  ];
  for (const { fact, value, firstSeen } of observations)
    lines.push(`  ${fact.padEnd(11)} ${value}, since ${time(firstSeen)}`);
  if (slot.lastCause !== null) lines.push(`  last cause  ${slot.lastCause}`);
  if (slot.attempts > 0) lines.push(`  recovery    ${slot.attempts} power cycles since it was last up`);
  for (const { text } of slow) lines.push(`  slow        ${text}`);
  for (const boot of boots) {
    lines.push(
      `boot of ${time(boot.startedAt)}: ${boot.outcome ?? 'under way'}${boot.cause === undefined ? '' : ` — ${boot.cause}`}`,
    );
    for (const step of boot.steps) {
      lines.push(`  +${inSeconds(step.at - boot.startedAt).padStart(8)}  ${step.milestone.padEnd(15)} ${step.detail}`);
    }
  }
  if (slot.condition === 'booting' && recent.length > 0) {
    lines.push('last heard of it, newest first:');
    for (const { at, text } of recent.slice(-RECENT_SHOWN).reverse()) lines.push(`  ${time(at)}  ${text}`);
  }
  if (events.length > 0) lines.push('events, newest first:');
  for (const event of events) lines.push(`  ${time(event.at)}  ${event.text}`);
  return lines.join('\n');
}

function time(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').slice(0, 19);
}
