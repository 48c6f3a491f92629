/** The boxes that a switch is made of, by ENTITY-MIB, and the address of its bridge. */
import type { Chassis, ChassisUnit } from '../chassis.ts';
import { BRIDGE_MIB } from '../mib/bridge.ts';
import { CHASSIS, ENTITY_MIB } from '../mib/entity.ts';
import type { Access } from '../tables.ts';
import type { SnmpVarbind } from './value.ts';
import { textOf } from './value.ts';
import { getAll, walkColumns } from './walk.ts';

/** Entities of a large chassis are hundreds: only their classes are walked, and the rest is asked of the boxes. */
export async function readChassis({ session, limits, clock }: Access): Promise<Chassis> {
  const { entPhysicalClass, entPhysicalModelName, entPhysicalSerialNum } = ENTITY_MIB;
  const classes = (await walkColumns(session, [entPhysicalClass], limits, clock)).get(entPhysicalClass)!;
  const boxes = [...classes].filter(([, { value }]) => value === CHASSIS).map(([index]) => index);
  const asked = boxes.flatMap((index) => [`${entPhysicalModelName}.${index}`, `${entPhysicalSerialNum}.${index}`]);
  const [address, ...told] = await getAll(session, [BRIDGE_MIB.dot1dBaseBridgeAddress, ...asked], limits.varbinds);
  const units = boxes
    .map(
      (index, place): ChassisUnit => ({
        entity: Number(index),
        model: words(told[2 * place]),
        serial: words(told[2 * place + 1]),
      }),
    )
    // Some list every unit that a stack could have.
    .filter(({ model, serial }) => model !== '' || serial !== '');
  return { bridgeAddress: macOf(address), units };
}

function words(varbind: SnmpVarbind | undefined): string {
  return (textOf(varbind) ?? '').replaceAll(/[^\x20-\x7e]+/g, ' ').trim();
}

function macOf(varbind: SnmpVarbind | undefined): string | undefined {
  const value = varbind?.value;
  if (!Buffer.isBuffer(value) || value.length !== 6 || value.every((octet) => octet === 0)) return undefined;
  return [...value].map((octet) => octet.toString(16).padStart(2, '0')).join(':');
}
