/**
 * Switches that SNMP only reads: what they are and where they are stays SNMP's to say, and all else goes over SSH. One of
 * these for every switch; its connection outlives the SNMP sessions that it is wrapped around.
 */
import type { SshPlan } from '../../rack/plan.ts';
import type { SwitchBackend } from '../backend.ts';
import type { SshDialectName, SwitchDriver } from '../drivers/driver.ts';
import { WriteRefused } from '../errors.ts';
import { createJunos } from './junos/backend.ts';
import { createRouterOs } from './routeros/backend.ts';
import type { SshDeps } from './transport.ts';
import { createSshTransport } from './transport.ts';
import { createUnifi } from './unifi/backend.ts';

export interface SshSwitchPlan {
  readonly name: string;
  readonly address: string;
  readonly ssh: SshPlan | undefined;
}

export interface SshSwitch {
  /** For `SwitchDeps.wrap`: the backend of a driver that is written over SSH, and any other as it is. */
  wrap(snmp: SwitchBackend, driver: SwitchDriver, signal: AbortSignal): SwitchBackend;
  close(): void;
}

/** A dialect's backend, which sends nothing once the signal is aborted. */
export type SshBackend = (signal: AbortSignal) => SwitchBackend;

export interface OpenedSshBackend {
  readonly backend: SshBackend;
  close(): void;
}

/** Nothing is sent, and no secret read, until the first call. */
export function openSshBackend(
  dialect: SshDialectName,
  plan: SshSwitchPlan & { readonly ssh: SshPlan },
  deps: SshDeps,
): OpenedSshBackend {
  const transport = createSshTransport(plan, deps);
  const parts = { transport, clock: deps.clock, log: deps.log.child({ switch: plan.name }) };
  const open = { 'ssh-junos': createJunos, 'ssh-routeros': createRouterOs, 'ssh-unifi': createUnifi }[dialect];
  return { backend: open(parts), close: () => transport.close() };
}

export function createSshSwitch(plan: SshSwitchPlan, deps: SshDeps): SshSwitch {
  let opened: { readonly dialect: SshDialectName; readonly open: OpenedSshBackend } | undefined;
  return {
    wrap(snmp, driver, signal) {
      const dialect = driver.writes;
      if (dialect === 'snmp' || typeof dialect === 'object') return snmp;
      const { ssh } = plan;
      if (ssh === undefined) return withoutWrites(snmp, driver);
      if (opened?.dialect !== dialect) {
        opened?.open.close();
        opened = { dialect, open: openSshBackend(dialect, { ...plan, ssh }, deps) };
      }
      const over = opened.open.backend(signal);
      return {
        ...over,
        // Only SNMP knows the sysObjectID, and ENTITY-MIB which box of a stack is which.
        identity: () => snmp.identity(),
        async portTables() {
          const { chassis } = await snmp.identity();
          return { ...(await over.portTables()), rules: driver.portRules, ...(chassis && { chassis }) };
        },
      };
    },
    close() {
      opened?.open.close();
    },
  };
}

function withoutWrites(snmp: SwitchBackend, driver: SwitchDriver): SwitchBackend {
  const reason = `${driver.title} is written over SSH, and the rack file has no \`ssh\` for this switch`;
  return {
    ...snmp,
    switchRows: async (rows) => new Map(rows.map((row) => [row, { refused: new WriteRefused(row, reason) }])),
    cycleRows: undefined,
    settings: undefined,
    vlans: undefined,
  };
}
