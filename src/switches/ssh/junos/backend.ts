/** A Junos switch over NETCONF. */
import type { Logger } from 'pino';
import type { Clock } from '../../../rack/clock.ts';
import type { Millis } from '../../../rack/units.ts';
import type { SwitchBackend, VlanBackend } from '../../backend.ts';
import type { WritableRow } from '../../guard.ts';
import type { Written } from '../../set.ts';
import type { BridgePort } from '../../vlans/state.ts';
import { bridgePort } from '../../vlans/state.ts';
import { SshAnswerInvalid } from '../errors.ts';
import { portAt, seenRows, stateRow } from '../ports.ts';
import type { SshTransport } from '../transport.ts';
import { upTimeSince } from '../up-time.ts';
import { writtenAfter } from '../written.ts';
import type { CandidateLimits } from './candidate.ts';
import { CANDIDATE_LIMITS, createCandidate } from './candidate.ts';
import { junosConfig } from './config.ts';
import { identity, interfaces, links, upTime } from './facts.ts';
import type { Netconf } from './netconf.ts';
import { createNetconf, stopped } from './netconf.ts';
import { mainPower, poePorts, powerLines } from './poe.ts';
import { SHOW } from './rpc.ts';
import { planEdit } from './vlan-edit.ts';
import { pvids, vlanState } from './vlan-state.ts';

export interface JunosParts {
  readonly transport: SshTransport;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits?: Partial<CandidateLimits> & { readonly rpc?: Millis };
}

/** How long after a commit `show vlans` may still say what was before. */
const SETTLE_MS = 2_000;

/** One per switch: it keeps the session and the table of interfaces. */
export function createJunos(parts: JunosParts): (signal: AbortSignal) => SwitchBackend {
  const { transport, clock, log } = parts;
  const { target } = transport;
  const session = createNetconf(transport, log, parts.limits?.rpc);
  const limits = { ...CANDIDATE_LIMITS, ...parts.limits };
  const candidate = createCandidate({ target, cleaner: session, clock, log, limits });
  /** ifIndex by name, as last read. */
  let indexes: ReadonlyMap<string, number> = new Map();

  const show = (netconf: Netconf, command: keyof typeof SHOW) => netconf.rpc(SHOW[command], command);

  const readInterfaces = async (netconf: Netconf) => {
    const found = interfaces(await show(netconf, 'show interfaces'));
    indexes = new Map([...found].map(([index, { name }]) => [name, index]));
    return found;
  };

  /** Reads by interface names; a name that is new since the table was read has it read once more. */
  const withIndexes = async <T>(netconf: Netconf, decode: (known: ReadonlyMap<string, number>) => T): Promise<T> => {
    if (indexes.size > 0) {
      try {
        return decode(indexes);
      } catch (error) {
        if (!(error instanceof SshAnswerInvalid)) throw error;
      }
    }
    await readInterfaces(netconf);
    return decode(indexes);
  };

  const readPoe = async (netconf: Netconf) => {
    const from = clock.monotonic();
    const booted = upTime(await show(netconf, 'show system uptime'));
    const to = clock.monotonic();
    const ports = poePorts(await show(netconf, 'show poe interface'));
    return { ports, upTime: upTimeSince(booted, from, to) };
  };

  const switchRows = async (netconf: Netconf, rows: readonly WritableRow[], on: boolean) => {
    try {
      // The names are read now: a row is a place, and what stands there may have been exchanged.
      const ports = poePorts(await show(netconf, 'show poe interface'));
      const names = rows.map((row) => portAt(ports, row, 'show poe interface').name);
      const what = `switching ${names.length === 1 ? names[0] : `${names.length} ports`} ${on ? 'on' : 'off'}`;
      await candidate.change(netconf, powerLines(names, on), what, 'at-once');
      return new Map<WritableRow, Written>(rows.map((row) => [row, 'answered']));
    } catch (error) {
      return writtenAfter(error, rows);
    }
  };

  const vlans = (netconf: Netconf): VlanBackend => ({
    numbering: 'ifIndex',
    settleMs: SETTLE_MS,
    // A commit is what is booted from.
    save: undefined,
    edge: undefined,
    async read() {
      await candidate.settled(netconf);
      const config = junosConfig(await show(netconf, 'show configuration vlans, interfaces'));
      const reply = await show(netconf, 'show vlans extensive');
      return withIndexes(netconf, (known) => vlanState(reply, config, known, target));
    },
    async pvids() {
      const reply = await show(netconf, 'show vlans extensive');
      return withIndexes(netconf, (known) => pvids(reply, known, target));
    },
    async write(steps, state, guard) {
      if (indexes.size === 0) await readInterfaces(netconf);
      const names = new Map<BridgePort, string>([...indexes].map(([name, index]) => [bridgePort(index), name]));
      const config = junosConfig(await show(netconf, 'show configuration vlans, interfaces'));
      const { lines, changes, refused } = planEdit(config, names, steps);
      guard.check(changes, state);
      if (lines.length === 0) return refused;
      await candidate.change(netconf, lines, `changing VLANs in ${lines.length} lines`, 'confirmed');
      return refused;
    },
  });

  return (signal) => {
    const netconf = stopped(signal, session);
    return {
      async identity() {
        const booted = upTime(await show(netconf, 'show system uptime'));
        return identity(await show(netconf, 'show system information'), booted);
      },
      async portTables() {
        const table = await readInterfaces(netconf);
        const ports = poePorts(await show(netconf, 'show poe interface'));
        return { poeRows: [...ports.keys()], interfaces: table };
      },
      async state() {
        const { ports, upTime: since } = await readPoe(netconf);
        const main = mainPower(await show(netconf, 'show poe controller'));
        const status = links(await show(netconf, 'show interfaces terse'));
        const rows = [...ports.values()].map((port) => stateRow(port, status.get(port.name)));
        return { rows, main, upTime: since };
      },
      async look(rows) {
        const { ports, upTime: since } = await readPoe(netconf);
        return { seen: seenRows(ports, rows, 'show poe interface'), upTime: since };
      },
      switchRows: (rows, on) => switchRows(netconf, rows, on),
      vlans: vlans(netconf),
    };
  };
}
