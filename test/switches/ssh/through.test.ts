/** The whole way from a faceplate port to a command on the switch, and back. */
import { describe, expect, it } from 'vitest';
import { poeDriver } from '../../../src/jobs/poe-driver.ts';
import { realClock } from '../../../src/net/real-clock.ts';
import { millis, seconds, slotNumber, vlanId } from '../../../src/rack/units.ts';
import { openIsolation } from '../../../src/switches/isolation.ts';
import type { PoeSwitch } from '../../../src/switches/poe.ts';
import { seededRandom } from '../support/random.ts';
import { memoryJournal } from '../vlans/support/runs.ts';
import { JunosSwitch } from './support/junos.ts';
import { failure } from './support/open.ts';
import { RouterOsSwitch, UPLINK } from './support/routeros.ts';
import type { ServerScript } from './support/server.ts';
import { UnifiSwitch } from './support/unifi.ts';
import type { Identity } from './support/whole.ts';
import { openWhole } from './support/whole.ts';

const JUNOS: Identity = { sysObjectID: '1.3.6.1.4.1.2636.1.1.1.2.131', sysDescr: 'Juniper Networks, Inc. ex3400-48p' };
const ROUTEROS: Identity = { sysObjectID: '1.3.6.1.4.1.14988.1', sysDescr: 'RouterOS CRS328-24P-4S+' };
const UNIFI: Identity = { sysObjectID: '1.3.6.1.4.1.4413', sysDescr: 'USW-Lite-8-PoE, 6.5.59.14777, Linux 3.18.24' };

interface Kind {
  readonly title: string;
  readonly identity: Identity;
  /** Faceplate ports of three slots, and one that is no slot's. */
  readonly ports: readonly [string, string, string];
  readonly other: string;
  readonly uplink: string;
  readonly start: () => Sim;
}

interface Sim {
  readonly script: ServerScript;
  /** Whether the n-th of `ports`, and of `other` after them, gives power now. */
  readonly powers: (port: number) => boolean;
  /** Ports that any command to switch power was about. */
  readonly switched: (commands: readonly string[]) => string[];
}

const KINDS: readonly Kind[] = [
  {
    title: 'Junos',
    identity: JUNOS,
    ports: ['ge-0/0/0', 'ge-0/0/1', 'ge-0/0/2'],
    other: 'ge-0/0/3',
    uplink: 'ge-0/0/7',
    start: () => {
      const device = new JunosSwitch({ devices: [0, 1, 2, 3, 7] });
      const about = /^(?:set|delete) poe interface (\S+)/;
      return {
        script: { subsystem: device.serve },
        powers: (port) => device.powers(port),
        switched: () => device.loaded.map((line) => about.exec(line)?.[1] ?? line),
      };
    },
  },
  {
    title: 'RouterOS',
    identity: ROUTEROS,
    ports: ['ether1', 'ether2', 'ether3'],
    other: 'ether4',
    uplink: UPLINK,
    start: () => {
      const device = new RouterOsSwitch({ devices: [1, 2, 3, 4] });
      const about = /\/interface ethernet poe set ([^;]*?) poe-out/g;
      return {
        script: { exec: device.exec },
        powers: (port) => device.powers(port + 1),
        switched: (commands) =>
          commands.flatMap((one) =>
            [...one.matchAll(about)].map(([, which]) => /ether\d+/.exec(which!)?.[0] ?? which!),
          ),
      };
    },
  },
  {
    title: 'UniFi',
    identity: UNIFI,
    ports: ['Port 1', 'Port 2', 'Port 3'],
    other: 'Port 4',
    uplink: 'Port 8',
    start: () => {
      const device = new UnifiSwitch({ devices: [1, 2, 3, 4] });
      return {
        script: { exec: device.exec },
        powers: (port) => device.powers(port + 1),
        switched: (commands) =>
          commands.filter((one) => one.includes('poe set')).map((one) => `Port ${/ id (\d+)$/.exec(one)?.[1]}`),
      };
    },
  },
];

async function openKind({ identity, ports, uplink, start }: Kind) {
  const sim = start();
  return { sim, ...(await openWhole(sim.script, identity, ports, [uplink])) };
}

const powered = (sim: Sim) => [0, 1, 2, 3].map((port) => sim.powers(port));

describe.each(KINDS)('a $title switch, found over SNMP and written over SSH', (kind) => {
  it('has its ports proven, switched, and read back', async () => {
    const { sim, poe } = await openKind(kind);
    const [one, two, three] = kind.ports;
    expect((await poe.ports()).ports.map(({ label }) => label)).toEqual(expect.arrayContaining([...kind.ports]));
    expect(await poe.set([one, three], false)).toMatchObject([
      { port: one, ok: true, outcome: 'changed', after: { detection: 'disabled' } },
      { port: three, ok: true, outcome: 'changed' },
    ]);
    expect(powered(sim)).toEqual([false, true, false, true]);
    expect(await poe.set([one, two], true)).toMatchObject([
      { port: one, ok: true, outcome: 'changed', after: { detection: 'deliveringPower' } },
      { port: two, ok: true, outcome: 'already' },
    ]);
    expect(powered(sim)).toEqual([true, true, false, true]);
    const reading = await poe.poll();
    expect(reading.ports.find(({ port }) => port === three)).toMatchObject({ admin: false, detection: 'disabled' });
    expect(reading.restarted).toBe(false);
    expect(await poe.waitFor(one, 'delivering', { timeout: seconds(5) })).toMatchObject({ ok: true });
  });

  it('is never told of an uplink, nor of a port that is no slot’s', async () => {
    const { sim, poe, server } = await openKind(kind);
    expect(await failure(poe.set([kind.other], false))).toMatchObject({ code: 'write-refused' });
    expect(await failure(poe.set([kind.uplink], false))).toMatchObject({ code: 'write-refused' });
    expect(await failure(poe.set([kind.ports[0], kind.other], false))).toMatchObject({ code: 'write-refused' });
    expect(powered(sim)).toEqual([true, true, true, true]);
    for (const on of [false, true]) for (const port of kind.ports) await poe.set([port], on);
    const switched = sim.switched(server.commands);
    expect(new Set(switched)).toEqual(new Set(kind.ports));
  });

  it('is never told of one, whatever the rack file lists and whatever is asked for', async () => {
    const all = [...kind.ports, kind.other];
    for (let seed = 1; seed <= 12; seed += 1) {
      const random = seededRandom(seed);
      const some = () => all.filter(() => random() < 0.5);
      const [listed, uplinks, asked] = [some(), some(), some()];
      const sim = kind.start();
      const { poe, server } = await openWhole(sim.script, kind.identity, listed, uplinks);
      const allowed = asked.every((port) => listed.includes(port) && !uplinks.includes(port));
      const result = await poe.set(asked, false).catch((error: { code?: string }) => error.code);
      expect([seed, result]).toEqual([seed, allowed ? expect.any(Array) : 'write-refused']);
      expect(new Set(sim.switched(server.commands))).toEqual(new Set(allowed ? asked : []));
      expect(powered(sim)).toEqual(all.map((port) => !(allowed && asked.includes(port))));
    }
  }, 30_000);

  it('that SSH cannot reach is silent, and tried again', async () => {
    const { poe, server } = await openKind(kind);
    const driver = poeDriver(poe);
    await driver.poll();
    await server.close();
    const [result] = (await driver.set([kind.ports[0]], false)).values();
    expect(result).toMatchObject({ reading: undefined, problem: { kind: 'silent' } });
  });
});

describe('isolation in the queue of the switch', () => {
  const isolationOf = (poe: PoeSwitch, ports: readonly string[], uplink: string) =>
    openIsolation({
      poe,
      request: {
        switch: 'sw1',
        slots: ports.map((port, at) => ({ slot: slotNumber(at + 1), port, vlan: vlanId(101 + at) })),
        uplinks: [uplink],
      },
      reserved: [],
      journal: memoryJournal(),
      clock: realClock,
    });

  it.each([
    ['Junos', KINDS[0]!, 'ae0'],
    ['RouterOS', KINDS[1]!, UPLINK],
  ] as const)(
    'comes to be on %s over the trunk that carries it',
    async (_title, kind, trunk) => {
      const sim = kind.start();
      const { poe } = await openWhole(sim.script, kind.identity, kind.ports, [trunk]);
      const isolation = isolationOf(poe, kind.ports, trunk);
      const dark: number[] = [];
      const hooks = {
        dark: async (slots: readonly { slot: number }[]) => void dark.push(...slots.map(({ slot }) => slot)),
      };
      expect((await isolation.verify()).length).toBeGreaterThan(0);
      expect(await isolation.apply(hooks)).toMatchObject({ kind: 'isolated', unsaved: undefined, meanwhile: [] });
      expect(dark).toEqual([1, 2, 3]);
      expect(await isolation.verify()).toEqual([]);
      expect(await isolation.peek()).toEqual([]);
    },
    60_000,
  );

  it('is refused on UniFi, with what to do', async () => {
    const { poe } = await openKind(KINDS[2]!);
    const isolation = isolationOf(poe, KINDS[2]!.ports, 'Port 8');
    expect(await isolation.apply({ dark: async () => {} })).toMatchObject({
      kind: 'refused',
      reasons: [expect.stringContaining('isolation: manual')],
    });
  });
});

describe('trouble of a switch over SSH', () => {
  it('that is a change on trial passes, and is no failure of a board', async () => {
    const device = new JunosSwitch();
    const { poe } = await openWhole({ subsystem: device.serve }, JUNOS, ['ge-0/0/0'], [], {
      readBackWithin: millis(100),
    });
    device.trialBySomebody(true);
    const [result] = (await poeDriver(poe).set(['ge-0/0/0'], false)).values();
    expect(result?.problem).toMatchObject({ kind: 'silent', text: expect.stringContaining('on trial') });
    expect(device.loaded).toEqual([]);
    device.trialBySomebody(false);
    expect((await poeDriver(poe).set(['ge-0/0/0'], false)).get('ge-0/0/0')?.problem).toBeUndefined();
  });

  it('that the switch refuses is told in its own words', async () => {
    const device = new JunosSwitch();
    const { poe } = await openWhole({ subsystem: device.serve }, JUNOS, ['ge-0/0/0'], [], {
      readBackWithin: millis(100),
    });
    device.lockBySomebody(true);
    const [result] = (await poeDriver(poe).set(['ge-0/0/0'], false)).values();
    expect(result?.problem).toMatchObject({ kind: 'refused', text: expect.stringContaining('root terminal p0') });
  });
});
