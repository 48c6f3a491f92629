/**
 * A UniFi switch by the shell that SSH gives. It is not made for this: the controller sets a switch up anew whenever it
 * likes, so power holds until then, and VLANs are the controller's alone.
 */
import type { Clock } from '../../../rack/clock.ts';
import type { Millis } from '../../../rack/units.ts';
import type { SwitchBackend } from '../../backend.ts';
import type { WritableRow } from '../../guard.ts';
import type { Written } from '../../set.ts';
import type { Commands } from '../commands.ts';
import { stopped } from '../commands.ts';
import { CommandRefused, SshAnswerInvalid } from '../errors.ts';
import { seenRows, stateRow } from '../ports.ts';
import type { SshTransport } from '../transport.ts';
import { upTimeSince } from '../up-time.ts';
import { writtenAfter } from '../written.ts';
import { DUMP, parseDump, UP_TIME, upTime } from './dump.ts';
import { mainPower, POE, poePorts, powerCommand } from './poe.ts';

export interface UnifiParts {
  readonly transport: SshTransport;
  readonly clock: Clock;
}

export function createUnifi({ transport, clock }: UnifiParts): (signal: AbortSignal) => SwitchBackend {
  const readPoe = async (commands: Commands) => {
    const from = clock.monotonic();
    const booted: Millis | undefined = upTime(await shell(commands, UP_TIME));
    const to = clock.monotonic();
    const output = await shell(commands, POE);
    return { output, ports: poePorts(output), upTime: upTimeSince(booted, from, to) };
  };

  /** One after the other: a failure says nothing of the next, unless the switch is gone. */
  const switchRows = async (commands: Commands, rows: readonly WritableRow[], on: boolean) => {
    const written = new Map<WritableRow, Written>();
    for (const [place, row] of rows.entries()) {
      try {
        await shell(commands, powerCommand(row, on));
        written.set(row, 'answered');
      } catch (error) {
        const refused = error instanceof CommandRefused;
        for (const [one, outcome] of writtenAfter(error, refused ? [row] : rows.slice(place)))
          written.set(one, outcome);
        if (!refused) break;
      }
    }
    return written;
  };

  return (signal) => {
    const commands = stopped(signal, transport);
    return {
      identity: async () => parseDump(await shell(commands, DUMP)).identity,
      async portTables() {
        const { interfaces } = parseDump(await shell(commands, DUMP));
        return { poeRows: [...poePorts(await shell(commands, POE)).keys()], interfaces };
      },
      async state(ifIndexes) {
        const { output, ports, upTime: since } = await readPoe(commands);
        const { links } = parseDump(await shell(commands, DUMP));
        const rows = [...ports.values()].map((port) =>
          stateRow(port, links.get(ifIndexes.get(port.row) ?? Number(port.row))),
        );
        return { rows, main: mainPower(output, ports), upTime: since };
      },
      async look(rows) {
        const { ports, upTime: since } = await readPoe(commands);
        return { seen: seenRows(ports, rows, POE), upTime: since };
      },
      switchRows: (rows, on) => switchRows(commands, rows, on),
      vlans: undefined,
    };
  };
}

/** `swctrl` tells its errors in words and may exit with 0 all the same. */
async function shell(commands: Commands, command: string): Promise<string> {
  const { stdout, stderr, code } = await commands.exec(command, `"${command}"`);
  if (code === undefined) throw new SshAnswerInvalid(`"${command}"`, 'it ended without an exit status');
  if (code !== 0 || /^\s*\[?error\b/im.test(stdout)) throw new CommandRefused(`"${command}"`, `${stdout} ${stderr}`);
  return stdout;
}
