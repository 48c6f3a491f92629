import type { MibPart } from '../mib.ts';
import { TAG } from '../mib.ts';
import type { Ports } from '../ports.ts';
import { table } from '../table.ts';
import { scalar } from './scalar.ts';

const PHYSICAL_ENTRY = '1.3.6.1.2.1.47.1.1.1.1';
const ALIAS_ENTRY = '1.3.6.1.2.1.47.1.3.2.1';
const LAST_CHANGE = '1.3.6.1.2.1.47.1.4.1';
const IF_INDEX = '1.3.6.1.2.1.2.2.1.1';

/** entPhysicalClass. */
const CHASSIS = 3;
const PORT = 10;

interface Part {
  readonly descr: string;
  readonly class: number;
  /** entPhysicalIndex of what it is in; 0: nothing. */
  readonly containedIn: number;
  readonly position: number;
  readonly name: string;
  readonly serial: string;
  readonly model: string;
  readonly ifIndex: number | undefined;
}

export interface EntityObjects {
  readonly ports: Ports;
  readonly serial: string;
  readonly model: string;
  readonly firmware: string;
  readonly manufacturer: string;
  /** entPhysicalIndex of a port; undefined: ports are not listed. */
  readonly portEntity: ((port: number) => number) | undefined;
}

/** ENTITY-MIB (RFC 6933): the chassis, and its ports with the interface that each one is (entAliasMapping). */
export function entityObjects(entity: EntityObjects): MibPart[] {
  const { ports, serial, model, firmware, manufacturer, portEntity } = entity;
  const chassis: Part = {
    descr: model,
    class: CHASSIS,
    containedIn: 0,
    position: -1,
    name: 'Chassis',
    serial,
    model,
    ifIndex: undefined,
  };
  const parts = (): (readonly [string, Part])[] => [
    ['1', chassis],
    ...(portEntity
      ? ports.physical.map(({ number, ifName, ifIndex }): [string, Part] => [
          String(portEntity(number)),
          {
            ...chassis,
            descr: ifName,
            class: PORT,
            containedIn: 1,
            position: number,
            name: ifName,
            serial: '',
            model: '',
            ifIndex,
          },
        ])
      : []),
  ];
  const version = () => ports.version;
  const text = (arc: number, read: (part: Part) => string) => ({
    arc,
    tag: TAG.OctetString,
    read: (part: Part) => Buffer.from(read(part)),
  });
  const aliases = {
    version,
    entries: () => parts().filter(([, { ifIndex }]) => ifIndex !== undefined),
  };
  return [
    // entPhysicalDescr, VendorType, ContainedIn, Class, ParentRelPos, Name, FirmwareRev, SerialNum, MfgName, ModelName, IsFRU
    table<Part>(PHYSICAL_ENTRY, { version, entries: parts }, [
      text(2, ({ descr }) => descr),
      { arc: 3, tag: TAG.ObjectIdentifier, read: () => '0.0' },
      { arc: 4, tag: TAG.Integer32, read: ({ containedIn }) => containedIn },
      { arc: 5, tag: TAG.Integer32, read: (part) => part.class },
      { arc: 6, tag: TAG.Integer32, read: ({ position }) => position },
      text(7, ({ name }) => name),
      text(9, (part) => (part === chassis ? firmware : '')),
      text(11, (part) => part.serial),
      text(12, () => manufacturer),
      text(13, (part) => part.model),
      { arc: 16, tag: TAG.Integer32, read: () => 2 },
    ]),
    // entAliasMappingIdentifier, for all logical entities (0)
    table<Part>(
      ALIAS_ENTRY,
      { version, entries: () => aliases.entries().map(([index, part]) => [`${index}.0`, part] as const) },
      [{ arc: 2, tag: TAG.ObjectIdentifier, read: ({ ifIndex }) => `${IF_INDEX}.${ifIndex}` }],
    ),
    // entLastChangeTime
    scalar(LAST_CHANGE, TAG.TimeTicks, () => 0),
  ];
}
