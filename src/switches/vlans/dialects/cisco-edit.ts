/** Makes and destroys VLANs of Cisco IOS: the whole VLAN database is copied, changed and applied (CISCO-VTP-MIB). */
import { sleep } from '../../../rack/clock.ts';
import type { VlanId } from '../../../rack/units.ts';
import { seconds } from '../../../rack/units.ts';
import type { VlanRefusal } from '../../backend.ts';
import { APPLY_STATUS, EDIT, CISCO_VTP_MIB as VTP } from '../../mib/cisco-vlans.ts';
import { named } from '../../mib/enumeration.ts';
import { ROW_STATUS } from '../../mib/q-bridge.ts';
import { SnmpErrorStatus } from '../../snmp/errors.ts';
import type { SnmpSet } from '../../snmp/session.ts';
import { integerOf, textOf } from '../../snmp/value.ts';
import type { VlanStep } from '../state.ts';
import type { UseSwitch } from './raw.ts';
import type { Writer } from './writer.ts';
import { apart } from './writer.ts';

/** Who the edit buffer belongs to: how a buffer that a killed process left is known as ours. */
const OWNER = 'pirack';
const CLIENT = 1;

/** The database goes to flash. */
const APPLIED_WITHIN = seconds(10);
const LOOK_AGAIN = seconds(0.2);

type Edit = Extract<VlanStep, { readonly kind: 'create' | 'destroy' }>;

export async function editVlans(
  use: UseSwitch,
  writer: Writer,
  domain: string,
  steps: readonly Edit[],
): Promise<VlanRefusal[]> {
  if (steps.length === 0) return [];
  if (writer.raw.number(VTP.managementDomainLocalMode, domain) === CLIENT) {
    return [{ steps, reason: 'the switch is a VTP client: VLANs are made and destroyed at its VTP server' }];
  }
  const taken = await takeBuffer(use, writer, domain);
  if (taken !== undefined) return [{ steps, reason: taken }];
  try {
    const refusals = await writer.merged('edit VLANs', apart(steps), (some) =>
      some.flatMap((step) => rowOf(domain, step as Edit)),
    );
    const refused = new Set(refusals.flatMap((refusal) => refusal.steps));
    const rest = steps.filter((step) => !refused.has(step));
    if (rest.length === 0) return refusals;
    await operate(writer, domain, EDIT.apply);
    const status = await applied(use, domain);
    return status === 'succeeded'
      ? refusals
      : [...refusals, { steps: rest, reason: `vtpVlanApplyStatus is ${status}` }];
  } finally {
    await operate(writer, domain, EDIT.release).catch((error) => {
      if (!(error instanceof SnmpErrorStatus)) throw error;
    });
  }
}

function operate(writer: Writer, domain: string, operation: number, more: readonly SnmpSet[] = []): Promise<void> {
  const set: SnmpSet = { oid: `${VTP.vtpVlanEditOperation}.${domain}`, type: 'Integer32', value: operation };
  return writer.send('edit VLANs', [set, ...more]);
}

/** Undefined: the buffer is ours and holds what is there now. */
async function takeBuffer(use: UseSwitch, writer: Writer, domain: string): Promise<string | undefined> {
  const owner: SnmpSet = {
    oid: `${VTP.vtpVlanEditBufferOwner}.${domain}`,
    type: 'OctetString',
    value: Buffer.from(OWNER),
  };
  try {
    await operate(writer, domain, EDIT.copy, [owner]);
    return undefined;
  } catch (error) {
    if (!(error instanceof SnmpErrorStatus)) throw error;
    const [now] = await use('ask who edits VLANs', ({ session }) => session.get([owner.oid]));
    if (textOf(now) !== OWNER) {
      return `the VLANs of the switch are being edited by "${textOf(now) ?? 'somebody'}" (${error.message})`;
    }
  }
  await operate(writer, domain, EDIT.release);
  try {
    await operate(writer, domain, EDIT.copy, [owner]);
    return undefined;
  } catch (error) {
    if (!(error instanceof SnmpErrorStatus)) throw error;
    return error.message;
  }
}

function rowOf(domain: string, step: Edit): SnmpSet[] {
  const { vlan } = step;
  const cell = (column: string) => `${column}.${domain}.${vlan}`;
  if (step.kind === 'destroy') {
    return [{ oid: cell(VTP.vtpVlanEditRowStatus), type: 'Integer32', value: ROW_STATUS.destroy }];
  }
  return [
    { oid: cell(VTP.vtpVlanEditRowStatus), type: 'Integer32', value: ROW_STATUS.createAndGo },
    // ethernet(1)
    { oid: cell(VTP.vtpVlanEditType), type: 'Integer32', value: 1 },
    { oid: cell(VTP.vtpVlanEditName), type: 'OctetString', value: Buffer.from(step.name) },
    { oid: cell(VTP.vtpVlanEditDot10Said), type: 'OctetString', value: said(vlan) },
  ];
}

/** The 802.10 security association of a VLAN: 100000 and its id, as the switch has it for its own. */
function said(vlan: VlanId): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(100_000 + vlan);
  return octets;
}

async function applied(use: UseSwitch, domain: string): Promise<string> {
  let waited = 0;
  for (;;) {
    const status = await use('ask whether VLANs are made', async ({ session, clock }) => {
      await sleep(clock, LOOK_AGAIN);
      return integerOf((await session.get([`${VTP.vtpVlanApplyStatus}.${domain}`]))[0]);
    });
    const text = named(APPLY_STATUS, status ?? 0);
    waited += LOOK_AGAIN;
    if (text !== 'inProgress' || waited >= APPLIED_WITHIN) return text;
  }
}
