import {
  PortFault,
  PowerDenied,
  PowerTimeout,
  SetUnconfirmed,
  SwitchClosed,
  SwitchJobTooLate,
  SwitchQueueFull,
} from '../switches/errors.ts';
import type { PoeSwitch } from '../switches/poe.ts';
import type { PortSeen } from '../switches/power-state.ts';
import { SnmpTimeout, SnmpTransport } from '../switches/snmp/errors.ts';
import { CommitOnTrial, SshChannelRefused, SshLost, SshTimeout, SshUnreachable } from '../switches/ssh/errors.ts';
import { switchTroubles } from '../switches/troubles.ts';
import { SwitchedOffAgain } from '../switches/waits.ts';
import type { Awaited, PortReading, PowerSwitch, Problem } from './power-switch.ts';

/** A PoE switch as the power jobs need it: its errors as kinds and sentences. */
export function poeDriver(poe: PoeSwitch): PowerSwitch {
  /** What each port was before it was last switched on: what is refused from then on is refused to us. */
  const starts = new Map<string, PortSeen>();
  return {
    async poll() {
      const { ports, restarted, main, doubt, driver } = await poe.poll();
      return {
        restarted,
        capacity: main.capacity,
        consumption: doubt === undefined ? main.consumption : undefined,
        budgetBy: driver.power?.budgetBy ?? 'measured',
        wattsKind: driver.power?.watts?.kind,
        cycle: driver.power?.cycle,
        ports: ports.flatMap(({ port, admin, detection, watts, powerClass, denied }): PortReading[] =>
          port === undefined ? [] : [{ port, admin: admin === true, detection, watts, powerClass, denied }],
        ),
      };
    },
    async set(ports, on) {
      try {
        const results = await poe.set(ports, on);
        if (on) for (const { port, before } of results) starts.set(port, before);
        return new Map(
          results.map((result) => [
            result.port,
            { reading: readingOf(result.after), problem: result.ok ? undefined : problemOf(result.error) },
          ]),
        );
      } catch (error) {
        return new Map(ports.map((port) => [port, { reading: undefined, problem: problemOf(error) }]));
      }
    },
    async cycle(ports, seconds) {
      const problems = new Map<string, Problem>();
      try {
        for (const [port, written] of await poe.cycle(ports, seconds)) {
          starts.delete(port);
          // One that was not answered may have been done: whether it was, the port shows.
          if (typeof written !== 'string' && 'refused' in written) problems.set(port, problemOf(written.refused));
        }
      } catch (error) {
        for (const port of ports) problems.set(port, problemOf(error));
      }
      return problems;
    },
    async waitFor(port, state, limit) {
      const start = state === 'delivering' ? starts.get(port) : undefined;
      try {
        const result = await poe.waitFor(port, state, { timeout: limit, ...(start && { start }) });
        return { reading: readingOf(result.seen), problem: result.ok ? undefined : problemOf(result.error) };
      } catch (error) {
        return { reading: undefined, problem: problemOf(error) };
      }
    },
    troubles: () => switchTroubles(poe.name, poe.status()),
  };
}

function readingOf(seen: PortSeen | undefined): Awaited['reading'] {
  return seen && { admin: seen.admin === true, detection: seen.detection };
}

const KINDS = [
  [PowerDenied, 'denied'],
  [PortFault, 'fault'],
  [SwitchedOffAgain, 'off-again'],
  [SetUnconfirmed, 'silent'],
  [SnmpTimeout, 'silent'],
  [SnmpTransport, 'silent'],
  [SwitchQueueFull, 'silent'],
  [SwitchJobTooLate, 'silent'],
  [SwitchClosed, 'silent'],
  [SshUnreachable, 'silent'],
  [SshChannelRefused, 'silent'],
  [SshLost, 'silent'],
  [SshTimeout, 'silent'],
  [CommitOnTrial, 'silent'],
] as const;

function problemOf(error: unknown): Problem {
  const text = error instanceof Error ? error.message : String(error);
  // A wait that ended without its last look is not knowledge of the port.
  if (error instanceof PowerTimeout && error.cause !== undefined) return { kind: 'silent', text };
  return { kind: KINDS.find(([type]) => error instanceof type)?.[1] ?? 'refused', text };
}
