/** Looks at a switch that is in no rack. Loaded only where it is wanted: SNMP takes a while to load. */
import { readFile } from 'node:fs/promises';
import { pino } from 'pino';
import { realClock } from '../../net/real-clock.ts';
import type { SnmpPlan } from '../../rack/plan.ts';
import { watts } from '../../rack/units.ts';
import { type Proposal, proposeFragment } from '../../switches/discovery/propose.ts';
import { surveySwitch } from '../../switches/discovery/survey.ts';
import { openSwitch } from '../../switches/poe.ts';
import { chooseByIdentity } from '../../switches/snmp/choose.ts';
import { createSecretReader } from '../../switches/snmp/secrets.ts';

export interface SwitchAt {
  readonly address: string;
  readonly port: number;
  readonly name: string;
  readonly snmp: SnmpPlan;
  readonly firstSlot: number;
}

export async function discoverAt({ address, port, name, snmp, firstSlot }: SwitchAt): Promise<Proposal> {
  const log = pino({ level: process.env.PIRACK_LOG ?? 'silent' }, process.stderr);
  const plan = {
    name,
    address,
    port,
    snmp,
    // Nothing may be written to a switch that nobody described.
    uplinks: [],
    budget: watts(0),
    reservedVlans: [],
    driver: undefined,
    ssh: undefined,
    isolation: 'manual' as const,
    budgetBy: undefined,
    portMap: {},
  };
  const secrets = createSecretReader({ env: process.env, readFile: (path) => readFile(path, 'utf8') });
  const poe = openSwitch(plan, { clock: realClock, log, secrets, ports: [], chooseDriver: chooseByIdentity(log) });
  try {
    const survey = await surveySwitch(poe, realClock);
    return proposeFragment(survey, { name, address, port, snmp, controllerMacs: new Set(), firstSlot });
  } finally {
    poe.close();
  }
}
