/** Columns by hand, as the walker hands them over. */

import { type InterfaceTables, interfaceTables } from '../../../src/switches/discovery/interfaces.ts';
import type { SnmpValue } from '../../../src/switches/snmp/value.ts';
import type { ColumnRows } from '../../../src/switches/snmp/walk.ts';
import { macToBytes, parseMac } from '../../../src/wire/address.ts';

export function integers(rows: Readonly<Record<string, number>>): ColumnRows {
  return column(rows, (value) => ({ type: 'Integer32', value }));
}

export function octets(rows: Readonly<Record<string, string | Uint8Array>>): ColumnRows {
  return column(rows, (value) => ({ type: 'OctetString', value: Buffer.from(value as string) }));
}

function column<T>(rows: Readonly<Record<string, T>>, make: (value: T) => SnmpValue): ColumnRows {
  return new Map(Object.entries(rows).map(([index, value]) => [index, make(value)]));
}

export interface InterfaceGiven {
  readonly type?: number;
  readonly name?: string;
  readonly descr?: string;
  readonly mac?: string;
}

/** Interfaces by ifIndex, bridge ports with their ifIndexes, and the aggregates of members. */
export function tables(
  interfaces: Readonly<Record<number, InterfaceGiven>>,
  bridgePorts: Readonly<Record<string, number>> = {},
  aggregates: Readonly<Record<string, number>> = {},
): InterfaceTables {
  const of = <T>(pick: (given: InterfaceGiven) => T | undefined): Record<string, T> =>
    Object.fromEntries(
      Object.entries(interfaces).flatMap(([index, given]) => {
        const value = pick(given);
        return value === undefined ? [] : [[index, value]];
      }),
    );
  return interfaceTables({
    types: integers(of(({ type }) => type ?? 6)),
    names: octets(of(({ name }) => name)),
    descriptions: octets(of(({ descr }) => descr)),
    addresses: octets(of(({ mac }) => (mac === undefined ? undefined : macToBytes(parseMac(mac))))),
    bridgePorts: integers(bridgePorts),
    aggregates: integers(aggregates),
  });
}

/** The index of a MAC in a forwarding database, behind `before`. */
export function macIndex(mac: string, before = ''): string {
  return [...(before === '' ? [] : [before]), ...macToBytes(parseMac(mac))].join('.');
}
