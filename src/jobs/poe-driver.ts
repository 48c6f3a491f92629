import type { PoeSwitch } from '../switches/poe.ts';
import type { PortReading, PowerSwitch } from './switch-pump.ts';

/** A PoE switch as the power jobs need it: its errors as sentences. */
export function poeDriver(poe: PoeSwitch): PowerSwitch {
  return {
    async poll() {
      const { ports, restarted } = await poe.poll();
      return {
        restarted,
        ports: ports.flatMap((power): PortReading[] =>
          power.port === undefined
            ? []
            : [{ port: power.port, admin: power.admin === true, detection: power.detection, watts: power.watts }],
        ),
      };
    },
    async set(ports, on) {
      const results = await poe.set(ports, on);
      return new Map(results.flatMap((result) => (result.ok ? [] : [[result.port, result.error.message] as const])));
    },
    async waitFor(port, state, limit) {
      try {
        const result = await poe.waitFor(port, state, { timeout: limit });
        const reading = result.seen && { admin: result.seen.admin === true, detection: result.seen.detection };
        return { reading, problem: result.ok ? undefined : result.error.message };
      } catch (cause) {
        return { reading: undefined, problem: (cause as Error).message };
      }
    },
  };
}
