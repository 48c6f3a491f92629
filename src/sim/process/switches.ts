/** The plan's switches as simulated ones. */
import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import type { Clock } from '../../rack/clock.ts';
import type { Plan, SecretRef, SlotPlan, SwitchPlan } from '../../rack/plan.ts';
import type { Random } from '../board/random.ts';
import { type BridgeConfig, isolatedConfig } from '../switch/bridge.ts';
import { createVirtualSwitch, type VirtualSwitch, type VirtualSwitchOptions } from '../switch/virtual-switch.ts';

export interface SwitchParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly portsOn: boolean;
  readonly vlans: 'planned' | 'blank';
}

/** The switches of the plan by name, not answering yet. Throws for a secret that cannot be read. */
export function makeSwitches(plan: Plan, parts: SwitchParts): Map<string, VirtualSwitch> {
  return new Map(
    plan.switches.map((planned) => {
      const slots = plan.slots.filter((slot) => slot.switch === planned.name);
      const { clock, random, log, portsOn } = parts;
      const counts = portCounts(
        planned,
        slots.map((slot) => slot.port),
      );
      const made = createVirtualSwitch({
        name: planned.name,
        ...counts,
        budget: planned.budget,
        access: accessOf(planned, parts.env),
        clock,
        random,
        log,
        startupAdmin: portsOn,
        vlans: {
          reserved: planned.reservedVlans,
          start: parts.vlans === 'planned' ? plannedVlans(counts, slots) : undefined,
        },
      });
      return [planned.name, made];
    }),
  );
}

/** Every slot alone in its VLAN, and the uplinks tagged in all of them: what applying the plan comes to. */
function plannedVlans({ ports, uplinks }: PortCounts, slots: readonly SlotPlan[]): BridgeConfig {
  const all = Array.from({ length: ports + uplinks }, (_, place) => place + 1);
  const access = new Map<number, number>(slots.map(({ port, vlan }) => [portNumber(port), vlan]));
  return isolatedConfig(all, access, all.slice(ports));
}

/** The number on the front: the last digits of a port's name, such as 7 of `gi1/0/7`. */
export function portNumber(name: string): number {
  const digits = /(\d+)\D*$/.exec(name)?.[1];
  if (digits === undefined)
    throw new RangeError(`expected a port with a number in its name, got ${JSON.stringify(name)}`);
  return Number(digits);
}

export interface PortCounts {
  readonly ports: number;
  readonly uplinks: number;
}

/** PoE ports first, then the uplinks: where the plan's uplinks begin, the PoE ports end. */
export function portCounts(planned: Pick<SwitchPlan, 'uplinks'>, slotPorts: readonly string[]): PortCounts {
  const used = Math.max(1, ...slotPorts.map(portNumber));
  const uplinks = planned.uplinks.map(portNumber);
  const ports = uplinks.length === 0 ? used : Math.max(used, Math.min(...uplinks) - 1);
  return { ports, uplinks: Math.max(0, ...uplinks) - ports > 0 ? Math.max(...uplinks) - ports : 0 };
}

function accessOf({ snmp }: SwitchPlan, env: SwitchParts['env']): VirtualSwitchOptions['access'] {
  if (snmp.version === '2c') {
    return { communities: [{ name: secret(snmp.community, env), write: true }], users: [] };
  }
  const { user, auth, priv } = snmp;
  return {
    communities: [],
    users: [
      {
        name: user,
        auth: { protocol: auth.protocol, key: secret(auth.key, env) },
        priv: { protocol: priv.protocol, key: secret(priv.key, env) },
        write: true,
      },
    ],
  };
}

/** One newline at the end is an editor's. Errors name the place, never what is there. */
function secret(ref: SecretRef, env: SwitchParts['env']): string {
  const value = 'file' in ref ? readFileSync(ref.file, 'utf8').replace(/\r?\n$/, '') : env[ref.env];
  if (value === undefined || value === '') {
    throw new Error(
      `expected a secret in ${'file' in ref ? `file ${ref.file}` : `environment variable ${ref.env}`}, found none`,
    );
  }
  return value;
}
