import { describe, expect, it } from 'vitest';
import { memoryPortMaps } from '../../../src/switches/ports/store.ts';
import { chooseByIdentity } from '../../../src/switches/snmp/choose.ts';
import { log, names, virtualRig } from '../support/rig.ts';

describe('a port map over restarts of the program', () => {
  const shifted = {
    ifIndex: (port: number) => port + 1,
    poeIndex: (_port: number, ifIndex: number) => `1.${ifIndex}`,
    bridgePort: (_port: number, ifIndex: number) => ifIndex,
  };

  it('is compared with the one before', async () => {
    const portMaps = memoryPortMaps();
    const first = virtualRig({}, { portMaps });
    await first.settle(first.poe.read());
    const second = virtualRig({ numbering: shifted }, { portMaps });
    await expect(second.settle(second.poe.set(['1'], false))).rejects.toThrow(
      'port 1 (ge1) was PoE row 1.1 and is PoE row 1.2',
    );

    await second.settle(second.poe.acceptPorts());
    const third = virtualRig({ numbering: shifted }, { portMaps });
    expect(await third.settle(third.poe.set(['1'], false))).toMatchObject([{ ok: true }]);
  });

  it('does without a store that cannot store', async () => {
    const portMaps = { load: () => undefined, save: () => Promise.reject(new Error('no space left on device')) };
    const rig = virtualRig({}, { portMaps });
    expect(await rig.settle(rig.poe.set(['1'], false))).toMatchObject([{ ok: true }]);
  });
});

describe('a virtual switch', () => {
  it('is known for what it is, and keeps its ports when a restart numbers its interfaces anew', async () => {
    const rig = virtualRig({ renumbering: 'shuffled' }, { chooseDriver: chooseByIdentity(log) });
    await rig.settle(rig.poe.read());
    expect(rig.poe.status().driver?.name).toBe('virtual');
    expect((await rig.settle(rig.poe.ports())).find('2')).toMatchObject({ row: '1.2', ifIndex: 2, bridgePort: 2 });
    await rig.clock.advanceAsync(60_000);
    rig.device.reboot();
    await rig.clock.advanceAsync(10_000);
    expect((await rig.settle(rig.poe.poll())).restarted).toBe(true);
    const again = await rig.settle(rig.poe.ports());
    expect(again.ports.map(({ row, label, bridgePort }) => `${row} ${label} ${bridgePort}`)).toEqual(
      names(1, 8).map((port) => `1.${port} ge${port} ${port}`),
    );
    expect(again.ports.map(({ ifIndex }) => ifIndex)).not.toEqual(names(1, 8).map(Number));
    expect(await rig.settle(rig.poe.set(['2'], false))).toMatchObject([{ ok: true }]);
    expect(rig.device.pse.port(2).admin).toBe(false);
  });

  it('is read only while nobody knows it', async () => {
    const identity = { sysObjectID: '1.3.6.1.4.1.99999.1', sysDescr: 'something new' };
    const rig = virtualRig({ identity }, { chooseDriver: chooseByIdentity(log) });
    expect((await rig.settle(rig.poe.read())).map(({ port }) => port)).toHaveLength(8);
    await expect(rig.settle(rig.poe.set(['1'], false))).rejects.toThrow(
      'port 1 is not written: no driver knows this switch (sysObjectID 1.3.6.1.4.1.99999.1, sysDescr "something new")',
    );
    expect(rig.device.pse.port(1).admin).toBe(true);
  });

  it('that is rebranded is known by its model inside', async () => {
    const identity = { sysObjectID: '1.3.6.1.4.1.4413', sysDescr: 'left switch', model: 'EdgeSwitch 24' };
    const rig = virtualRig({ identity }, { chooseDriver: chooseByIdentity(log) });
    await rig.settle(rig.poe.read());
    expect(rig.poe.status().driver?.name).toBe('edgeswitch');
  });
});
