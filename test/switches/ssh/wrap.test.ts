import { describe, expect, it } from 'vitest';
import { realClock } from '../../../src/net/real-clock.ts';
import type { SwitchBackend } from '../../../src/switches/backend.ts';
import type { SwitchDriver } from '../../../src/switches/drivers/driver.ts';
import { JUNIPER } from '../../../src/switches/drivers/juniper.ts';
import { MIKROTIK_ROUTEROS, MIKROTIK_SWOS } from '../../../src/switches/drivers/mikrotik.ts';
import { UNIFI } from '../../../src/switches/drivers/unifi.ts';
import { createSshSwitch } from '../../../src/switches/ssh/backend.ts';
import { JunosSwitch } from './support/junos.ts';
import { FOREVER, failure, log, NO_INDEXES, rows } from './support/open.ts';
import { RouterOsSwitch } from './support/routeros.ts';
import type { ServerScript } from './support/server.ts';
import { planFor, secretsFor, startServer } from './support/server.ts';
import { UnifiSwitch } from './support/unifi.ts';

/** What SNMP has of such a switch. */
const CHASSIS = { bridgeAddress: undefined, units: [{ entity: 1, model: 'EX3400', serial: 'XX' }] };
const IDENTITY = {
  chassis: CHASSIS,
  sysObjectID: '1.3.6.1.4.1.2636.1.1.1.2.131',
  sysDescr: 'x',
  sysName: 'y',
  upTime: undefined,
};
const snmp: SwitchBackend = {
  identity: async () => IDENTITY,
  portTables: () => Promise.reject(new Error('not over SNMP')),
  state: () => Promise.reject(new Error('not over SNMP')),
  look: () => Promise.reject(new Error('not over SNMP')),
  switchRows: () => Promise.reject(new Error('not over SNMP')),
  vlans: undefined,
};

async function wrapped(script: ServerScript, driver: SwitchDriver) {
  const server = await startServer(script);
  const plan = { name: 'sw1', address: '127.0.0.1', ssh: planFor(server) };
  const made = createSshSwitch(plan, { clock: realClock, log, secrets: secretsFor(server) });
  const close = async () => {
    made.close();
    await server.close();
  };
  return { server, backend: made.wrap(snmp, driver, FOREVER), again: () => made.wrap(snmp, driver, FOREVER), close };
}

describe('a switch that SNMP only reads', () => {
  it.each([
    ['Junos', JUNIPER, () => ({ subsystem: new JunosSwitch().serve }), '1.1', true],
    ['RouterOS', MIKROTIK_ROUTEROS, () => ({ exec: new RouterOsSwitch().exec }), '1', true],
    ['UniFi', UNIFI, () => ({ exec: new UnifiSwitch().exec }), '1', false],
  ] as const)('%s is written over SSH, over one connection for all jobs', async (_name, driver, script, row, vlans) => {
    const { server, backend, again, close } = await wrapped(script(), driver);
    expect([...(await backend.switchRows(rows(row), false)).values()]).toEqual(['answered']);
    const { seen } = await again().look(rows(row), NO_INDEXES);
    expect(seen.get(rows(row)[0]!)).toMatchObject({ admin: false, detection: 'disabled' });
    expect(backend.vlans !== undefined).toBe(vlans);
    expect(server.connections).toBe(1);
    // Only SNMP knows its sysObjectID.
    expect(await backend.identity()).toBe(IDENTITY);
    expect(await backend.portTables()).toMatchObject({ rules: driver.portRules, chassis: CHASSIS });
    await close();
  });

  it('sends nothing, and reads no secret, before it is asked', async () => {
    const { server, close } = await wrapped({}, JUNIPER);
    expect(server.connections).toBe(0);
    await close();
  });

  it('is closed for good', async () => {
    const { backend, close } = await wrapped({ exec: new UnifiSwitch().exec }, UNIFI);
    await close();
    expect(await failure(backend.state(NO_INDEXES))).toMatchObject({ code: 'switch-closed' });
  });

  it('is not written without the way in, and the reason says where it is missing', async () => {
    const made = createSshSwitch(
      { name: 'sw1', address: '127.0.0.1', ssh: undefined },
      { clock: realClock, log, secrets: () => Promise.reject(new Error('none')) },
    );
    const backend = made.wrap(snmp, JUNIPER, FOREVER);
    const [written] = (await backend.switchRows(rows('1.1'), false)).values();
    expect(written).toMatchObject({
      refused: { code: 'write-refused', message: expect.stringContaining('no `ssh` for this switch') },
    });
    expect(backend.vlans).toBeUndefined();
  });

  it('is left to SNMP where SNMP writes, or where nothing does', () => {
    const made = createSshSwitch(
      { name: 'sw1', address: '127.0.0.1', ssh: undefined },
      { clock: realClock, log, secrets: () => Promise.reject(new Error('none')) },
    );
    expect(made.wrap(snmp, MIKROTIK_SWOS, FOREVER)).toBe(snmp);
    expect(made.wrap(snmp, { ...JUNIPER, writes: 'snmp' }, FOREVER)).toBe(snmp);
  });
});
