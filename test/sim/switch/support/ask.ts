/** Questions to a virtual switch without a socket. */
import type { MibValue } from '../../../../src/sim/switch/mib.ts';
import { TAG } from '../../../../src/sim/switch/mib.ts';
import type { AgentRequest, Varbind } from '../../../../src/sim/switch/requests.ts';
import type { VirtualSwitch } from '../../../../src/sim/switch/virtual-switch.ts';

export type Asked = Pick<VirtualSwitch, 'answer'>;

function ask(device: Asked, kind: AgentRequest['kind'], varbinds: readonly Varbind[], maxRepetitions = 0) {
  return device.answer({ kind, varbinds, nonRepeaters: 0, maxRepetitions, mayWrite: true, room: 60_000 });
}

export function get(device: Asked, oid: string): MibValue {
  return ask(device, 'get', [{ oid, type: TAG.Null, value: null }]).varbinds[0]!.value;
}

/** The type of an instance, or of the exception in its place. */
export function typeOf(device: Asked, oid: string): number {
  return ask(device, 'get', [{ oid, type: TAG.Null, value: null }]).varbinds[0]!.type;
}

/** error-status and error-index of a SET. */
export function set(device: Asked, ...varbinds: readonly (readonly [oid: string, type: number, value: MibValue])[]) {
  const all = varbinds.map(([oid, type, value]) => ({ oid, type, value }));
  const { errorStatus, errorIndex } = ask(device, 'set', all);
  return [errorStatus, errorIndex];
}

/** A column or more, by GETBULK: values by what follows `root`. */
export function walk(device: Asked, root: string, maxRepetitions = 20): Map<string, MibValue> {
  const found = new Map<string, MibValue>();
  let from = root;
  for (;;) {
    const { varbinds } = ask(device, 'getBulk', [{ oid: from, type: TAG.Null, value: null }], maxRepetitions);
    for (const { oid, type, value } of varbinds) {
      if (type === TAG.endOfMibView || !oid.startsWith(`${root}.`)) return found;
      found.set(oid.slice(root.length + 1), value);
      from = oid;
    }
  }
}
