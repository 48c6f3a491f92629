import { describe, expect, it } from 'vitest';
import type { SwitchDriver } from '../../../src/switches/drivers/driver.ts';
import { identify } from '../../../src/switches/drivers/identify.ts';
import { DRIVERS, driverByName } from '../../../src/switches/drivers/index.ts';
import { isOid } from '../../../src/switches/snmp/oid.ts';

/** Every string of the data that looks like an OID, with where it stands. */
function oidsOf(value: unknown, path: string): [string, string][] {
  if (typeof value === 'string') return /^[\d.]{5,}$/.test(value) ? [[path, value]] : [];
  if (typeof value !== 'object' || value === null || value instanceof RegExp) return [];
  return Object.entries(value).flatMap(([key, part]) => oidsOf(part, `${path}.${key}`));
}

const each = DRIVERS.map((driver): [string, SwitchDriver] => [driver.name, driver]);

describe('the drivers', () => {
  it('have names of their own, by which they are found', () => {
    expect(new Set(DRIVERS.map((driver) => driver.name)).size).toBe(DRIVERS.length);
    for (const driver of DRIVERS) expect(driverByName(driver.name)).toBe(driver);
    expect(driverByName('Generic')).toBeUndefined();
  });

  it.each(each)('%s says only what an agent can be asked', (name, driver) => {
    expect(name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    for (const [path, oid] of oidsOf(driver, name)) expect(isOid(oid), `${path} = ${oid}`).toBe(true);
    expect(Object.isFrozen(driver) && Object.isFrozen(driver.recognise)).toBe(true);
  });

  it.each(each)('%s switches on and off with values that are told apart', (_name, { power }) => {
    if (!power) return;
    const { on, off, readsOn } = power.admin;
    expect(readsOn).toContain(on);
    expect(readsOn).not.toContain(off);
    expect(power.rowsPerSet).toBeGreaterThanOrEqual(1);
    expect(power.rowsPerSet).toBeLessThanOrEqual(18);
  });

  it.each(each)('%s reads amounts in a unit that there is', (_name, { power }) => {
    const columns = [power?.watts, power?.limit, power?.main.capacity, power?.main.consumption];
    for (const column of columns) if (column) expect([1, 0.1, 0.001]).toContain(column.unit);
  });

  it.each(each)('%s can tell that a port delivers, by one thing or another', (_name, { power }) => {
    if (!power) return;
    const tells = power.detection === undefined || Object.values(power.detection.values).includes('deliveringPower');
    expect(tells).toBe(true);
    // Without a status watts have to do.
    if (power.detection === undefined) expect(power.watts?.kind).toBe('measured');
  });

  it.each(each)('%s is recognised by its own roots', (_name, driver) => {
    for (const root of driver.recognise.sysObjectIds) {
      if (driver.recognise.sysDescr) continue;
      expect(identify({ sysObjectID: root, sysDescr: '', models: [] }).driver).toBe(driver);
    }
  });

  it('says why it is never written, where it is not, and how it is saved, where SNMP does not', () => {
    for (const { writes, save, name } of DRIVERS) {
      if (typeof writes === 'object') expect(writes.readOnly.length, name).toBeGreaterThan(20);
      if (save) expect(save.sets.length > 0 || save.command !== undefined, name).toBe(true);
    }
  });

  it('explains itself in sentences', () => {
    for (const { quirks, name } of DRIVERS) {
      for (const quirk of quirks) expect(quirk, name).toMatch(/^[A-Za-z0-9].{10,}\.$/);
    }
  });

  it('never lets two families claim the same switch with the same right', () => {
    const claims = DRIVERS.flatMap((driver) =>
      driver.recognise.sysObjectIds.map((root) => `${root} ${driver.recognise.sysDescr?.source ?? ''}`),
    );
    expect(new Set(claims).size).toBe(claims.length);
  });
});
