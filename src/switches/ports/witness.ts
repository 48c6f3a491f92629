/** One look at the whole switch, for the proof of its port map: links, power, and what is heard where. */
import type { Clock } from '../../rack/clock.ts';
import { seconds, type VlanId } from '../../rack/units.ts';
import type { Mac } from '../../wire/address.ts';
import { readFdb } from '../discovery/fdb.ts';
import { readInterfaceTables } from '../discovery/interfaces.ts';
import { locate } from '../discovery/locate.ts';
import { named } from '../mib/enumeration.ts';
import { IF_MIB, IF_OPER_STATUS } from '../mib/interfaces.ts';
import type { PoeSwitch } from '../poe.ts';
import type { PortMap } from '../port-map.ts';
import { slowAccessTo } from '../slow-access.ts';
import { walkColumns } from '../snmp/walk.ts';
import type { Witnesses } from './physics.ts';

const LINKS_DEADLINE = seconds(60);

/**
 * `vlans`: of the boards, for switches that keep a forwarding database for each.
 * @throws the errors of src/switches where links or power cannot be read; a switch that tells no addresses is none */
export async function readWitnesses(
  poe: PoeSwitch,
  map: PortMap,
  vlans: readonly VlanId[],
  clock: Clock,
): Promise<Witnesses> {
  const heard = await readHeard(poe, vlans, clock);
  // Last, and together: what is heard is remembered for a while, and links and power are not.
  const power = await poe.poll();
  const links = await poe.run({
    what: 'read its links',
    deadline: LINKS_DEADLINE,
    urgent: true,
    work: async ({ access }) => {
      const columns = await walkColumns(access.session, [IF_MIB.ifOperStatus], access.limits, access.clock);
      return new Map(
        [...columns.get(IF_MIB.ifOperStatus)!]
          .filter(([index]) => map.sockets.has(Number(index)))
          .map(([index, { value }]) => [Number(index), named(IF_OPER_STATUS, Number(value))] as const),
      );
    },
  });
  return { links, power: new Map(power.ports.map((port) => [port.row, port])), heard };
}

async function readHeard(
  poe: PoeSwitch,
  vlans: readonly VlanId[],
  clock: Clock,
): Promise<ReadonlyMap<Mac, readonly number[]> | undefined> {
  const access = slowAccessTo(poe, clock);
  const tables = await readInterfaceTables(access);
  const perVlan = poe.status().driver?.vlans?.dialect === 'cisco-ios';
  const fdb = await readFdb(access, perVlan ? { perVlan: { open: (vlan) => access.inVlan(vlan), vlans } } : {});
  const located = locate(fdb, tables);
  // Where the port numbers are not understood, nothing is concluded from them.
  if (located.doubt !== undefined || (located.numbering === undefined && located.unresolved > 0)) return undefined;
  const heard = new Map<Mac, number[]>();
  for (const { mac, ifIndex } of located.macs) heard.set(mac, [...(heard.get(mac) ?? []), ifIndex]);
  return heard;
}
