/** A switch as the rest of the program has it: found over SNMP, which tells no more than what it is, and written over SSH. */
import { realClock } from '../../../../src/net/real-clock.ts';
import type { SwitchPlan } from '../../../../src/rack/plan.ts';
import { seconds, watts } from '../../../../src/rack/units.ts';
import type { PoeSwitch, SwitchDeps } from '../../../../src/switches/poe.ts';
import { openSwitch } from '../../../../src/switches/poe.ts';
import { chooseByIdentity } from '../../../../src/switches/snmp/choose.ts';
import { createSshSwitch } from '../../../../src/switches/ssh/backend.ts';
import { SWITCH_DEFAULTS } from '../../../support/plan.ts';
import { V2C } from '../../support/rig.ts';
import { tableAgent } from '../../support/table-session.ts';
import { closing, log } from './open.ts';
import type { ScriptedServer, ServerScript } from './server.ts';
import { planFor, secretsFor, startServer } from './server.ts';

export interface Identity {
  readonly sysObjectID: string;
  readonly sysDescr: string;
}

export interface Whole {
  readonly poe: PoeSwitch;
  readonly plan: SwitchPlan;
  readonly server: ScriptedServer;
}

export async function openWhole(
  script: ServerScript,
  identity: Identity,
  ports: readonly string[],
  uplinks: readonly string[],
  more: Partial<SwitchDeps> = {},
): Promise<Whole> {
  const server = await startServer(script);
  const secrets = secretsFor(server);
  const plan: SwitchPlan = {
    ...SWITCH_DEFAULTS,
    name: 'sw1',
    address: '127.0.0.1',
    port: 161,
    snmp: V2C,
    uplinks,
    budget: watts(370),
    ssh: planFor(server),
  };
  const ssh = createSshSwitch(plan, { clock: realClock, log, secrets });
  const agent = tableAgent([
    ['1.3.6.1.2.1.1.1.0', { type: 'OctetString', value: Buffer.from(identity.sysDescr) }],
    ['1.3.6.1.2.1.1.2.0', { type: 'ObjectIdentifier', value: identity.sysObjectID }],
    ['1.3.6.1.2.1.1.3.0', { type: 'TimeTicks', value: 123_456 }],
    ['1.3.6.1.2.1.1.5.0', { type: 'OctetString', value: Buffer.from('rack-sw1') }],
  ]);
  const poe = openSwitch(plan, {
    clock: realClock,
    log,
    secrets,
    ports,
    chooseDriver: chooseByIdentity(log),
    wrap: ssh.wrap,
    openSession: () => Promise.resolve(agent.session),
    readBackWithin: seconds(5),
    ...more,
  });
  closing(poe, ssh, server);
  return { poe, plan, server };
}
