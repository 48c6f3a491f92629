/** A MikroTik switch with RouterOS, by scripts over SSH. */
import type { Clock } from '../../../rack/clock.ts';
import type { SwitchBackend, VlanBackend, VlanRefusal } from '../../backend.ts';
import type { SwitchError } from '../../errors.ts';
import type { WritableRow } from '../../guard.ts';
import type { Written } from '../../set.ts';
import type { Commands } from '../commands.ts';
import { stopped } from '../commands.ts';
import { portAt, seenRows, stateRow } from '../ports.ts';
import type { SshTransport } from '../transport.ts';
import { upTimeSince } from '../up-time.ts';
import { writtenAfter } from '../written.ts';
import { BRIDGE, BRIDGE_PORTS, rosBridge, rosPvids, rosVlanState } from './bridge.ts';
import { planBridgeEdit } from './bridge-edit.ts';
import { IDENTITY, INTERFACES, identity, interfaces, UP_TIME, upTime } from './facts.ts';
import type { PoePort } from './poe.ts';
import { POE, poePorts, powerLine } from './poe.ts';
import { query, run } from './script.ts';

export interface RouterOsParts {
  readonly transport: SshTransport;
  readonly clock: Clock;
}

/** A setting is in force when its command returns; the table of the switch chip may follow a moment later. */
const SETTLE_MS = 500;

/** One per switch: it remembers how a port was fed before it was switched off. */
export function createRouterOs({ transport, clock }: RouterOsParts): (signal: AbortSignal) => SwitchBackend {
  /** Rows that were `forced-on` when they were last on: what hangs there may not be detected. */
  const forced = new Set<string>();

  const note = (ports: ReadonlyMap<string, PoePort>) => {
    for (const { row, setting } of ports.values()) {
      if (setting === 'forced-on') forced.add(row);
      if (setting === 'auto-on') forced.delete(row);
    }
    return ports;
  };

  const readPoe = async (commands: Commands) => {
    const from = clock.monotonic();
    const [booted = '', settings = '', monitor = ''] = await query(commands, [UP_TIME, ...POE], 'the PoE ports');
    const since = upTimeSince(upTime(booted), from, clock.monotonic());
    return { ports: note(poePorts(settings, monitor)), upTime: since };
  };

  const switchRows = async (commands: Commands, rows: readonly WritableRow[], on: boolean) => {
    const written = new Map<WritableRow, Written>();
    try {
      // The names are read now: interfaces are renamed at will.
      const { ports } = await readPoe(commands);
      const setting = (row: string) => (on ? (forced.has(row) ? 'forced-on' : 'auto-on') : 'off');
      const lines: { readonly row: WritableRow; readonly line: string }[] = [];
      for (const row of rows) {
        try {
          lines.push({ row, line: powerLine(portAt(ports, row, 'the PoE ports').name, setting(row)) });
        } catch (error) {
          for (const [one, outcome] of writtenAfter(error, [row])) written.set(one, outcome);
        }
      }
      const ran = await run(
        commands,
        lines.map(({ line }) => line),
        `switching ports ${on ? 'on' : 'off'}`,
      );
      for (const [place, { row }] of lines.entries()) written.set(row, outcomeOf(ran[place]!));
      return written;
    } catch (error) {
      // Which of them were carried out is for the reading back to tell.
      const rest = rows.filter((row) => !written.has(row));
      return new Map([...written, ...writtenAfter(error, rest)]);
    }
  };

  const vlans = (commands: Commands): VlanBackend => ({
    numbering: 'ifIndex',
    settleMs: SETTLE_MS,
    // RouterOS keeps what is set.
    save: undefined,
    edge: undefined,
    async read() {
      return rosVlanState(rosBridge(await query(commands, BRIDGE, 'the VLANs of the bridge')));
    },
    async pvids() {
      return rosPvids(await query(commands, BRIDGE_PORTS, 'the ports of the bridge'));
    },
    async write(steps, state, guard) {
      const bridge = rosBridge(await query(commands, BRIDGE, 'the VLANs of the bridge'));
      const edit = planBridgeEdit(bridge, steps);
      guard.check(edit.changes, state);
      const ran = await run(
        commands,
        edit.commands.map(({ line }) => line),
        'changing VLANs',
      );
      const refused = edit.commands.flatMap(({ steps: some }, place): VlanRefusal[] => {
        const outcome = ran[place]!;
        if (outcome === 'done') return [];
        const error: SwitchError = 'refused' in outcome ? outcome.refused : outcome.unknown;
        return [{ steps: some, reason: error.message }];
      });
      return [...edit.refused, ...refused];
    },
  });

  return (signal) => {
    const commands = stopped(signal, transport);
    return {
      identity: async () => identity(await query(commands, IDENTITY, 'what it is')),
      async portTables() {
        const [table = '', settings = '', monitor = ''] = await query(commands, [INTERFACES, ...POE], 'the interfaces');
        return { poeRows: [...note(poePorts(settings, monitor)).keys()], interfaces: interfaces(table) };
      },
      async state(ifIndexes) {
        const { ports, upTime: since } = await readPoe(commands);
        const [table = ''] = await query(commands, [INTERFACES], 'the interfaces');
        const known = interfaces(table);
        const rows = [...ports.values()].map((port) =>
          stateRow(port, known.get(ifIndexes.get(port.row) ?? Number(port.row))?.link),
        );
        return { rows, main: { consumption: undefined, capacity: undefined }, upTime: since };
      },
      async look(rows) {
        const { ports, upTime: since } = await readPoe(commands);
        return { seen: seenRows(ports, rows, 'the PoE ports'), upTime: since };
      },
      switchRows: (rows, on) => switchRows(commands, rows, on),
      vlans: vlans(commands),
    };
  };
}

function outcomeOf(ran: Awaited<ReturnType<typeof run>>[number]): Written {
  if (ran === 'done') return 'answered';
  return 'refused' in ran ? { refused: ran.refused } : { unanswered: ran.unknown };
}
