import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { millis, seconds } from '../../src/rack/units.ts';
import { TAG } from '../../src/sim/switch/mib.ts';
import type { VirtualSwitch } from '../../src/sim/switch/virtual-switch.ts';
import { VirtualClock } from '../../src/sim/virtual-clock.ts';
import { RFC3621_DRIVER } from '../../src/switches/drivers/rfc3621.ts';
import { SwitchError } from '../../src/switches/errors.ts';
import { openSwitch } from '../../src/switches/poe.ts';
import type { SnmpSession } from '../../src/switches/snmp/session.ts';
import { cycleByHand } from './support/by-hand.ts';
import { directSession } from './support/direct-session.ts';
import { seededRandom } from './support/random.ts';
import { log, makeSwitch, names, planFor, plugIn, QUICK, secrets, virtualRig } from './support/rig.ts';

/** The ports that the switch was told to write. */
function writes(device: VirtualSwitch): Set<string> {
  const rows = new Set<string>();
  device.faults.spoil = (request, answer) => {
    if (request.kind === 'set') for (const { oid } of request.varbinds) rows.add(oid.split('.').at(-1)!);
    return answer;
  };
  return rows;
}

describe('setting ports', () => {
  it('writes, reads back, and does not write again what is so', async () => {
    const rig = virtualRig();
    const boards = plugIn(rig.device, [1, 2]);
    await rig.clock.advanceAsync(1_000);
    const first = await rig.settle(rig.poe.set(['1', '2'], false));
    expect(first).toMatchObject([
      { port: '1', ok: true, outcome: 'changed', before: { admin: true }, after: { admin: false } },
      { port: '2', ok: true, outcome: 'changed' },
    ]);
    const written = writes(rig.device);
    expect(await rig.settle(rig.poe.set(['1', '2'], false))).toMatchObject([
      { outcome: 'already' },
      { outcome: 'already' },
    ]);
    expect(written.size).toBe(0);
    await rig.clock.advanceAsync(1_000);
    expect(boards.get(1)!.powered).toBe(false);
  });

  it('finds out a lie', async () => {
    const rig = virtualRig();
    rig.device.faults.lyingSet = 1;
    const [result] = await rig.settle(rig.poe.set(['1'], false));
    expect(result).toMatchObject({
      ok: false,
      error: { name: 'SetNotApplied' },
      before: { admin: true },
      after: { admin: true },
    });
  });

  it.each([
    ['is given up after a minute', undefined, false],
    ['may take as long as its family needs', seconds(150), true],
  ])('a slow write %s', async (_, writeDeadline, ok) => {
    const clock = new VirtualClock();
    const device = makeSwitch(clock);
    const direct = directSession(device, { clock });
    const set: SnmpSession['set'] = async (varbinds) => {
      await new Promise<void>((resolve) => void clock.after(seconds(90), resolve));
      return direct.set(varbinds);
    };
    const poe = openSwitch(planFor(161), {
      clock,
      log,
      secrets,
      ports: ['1'],
      openSession: () => Promise.resolve({ ...direct, set }),
      chooseDriver: () => Promise.resolve({ ...RFC3621_DRIVER, ...(writeDeadline && { writeDeadline }) }),
    });
    const ended = poe.set(['1'], false).catch((error: unknown) => error);
    await clock.advanceAsync(seconds(100));
    if (ok) expect(await ended).toMatchObject([{ port: '1', ok: true, outcome: 'changed' }]);
    else expect(await ended).toMatchObject({ name: 'SwitchJobTooLate', ran: true });
    poe.close();
  });

  it('never writes an uplink or an unlisted port, whatever is asked of it', async () => {
    const port = fc.integer({ min: 1, max: 12 }).map(String);
    const some = fc.array(port, { minLength: 1, maxLength: 5 });
    const action = fc.record({ ports: some, on: fc.boolean(), configure: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        some,
        fc.array(port, { maxLength: 3 }),
        fc.array(action, { maxLength: 4 }),
        async (listed, uplinks, actions) => {
          const rig = virtualRig({}, { ports: listed, uplinks });
          const written = writes(rig.device);
          for (const { ports, on, configure } of actions) {
            const run: Promise<unknown> = configure
              ? rig.poe.configure(ports, { priority: on ? 'high' : 'critical' })
              : rig.poe.set(ports, on);
            await rig.settle(run).catch((error: unknown) => expect(error).toBeInstanceOf(SwitchError));
          }
          for (const row of written) {
            expect(listed).toContain(row);
            expect(uplinks).not.toContain(row);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the port map of a switch', () => {
  const shuffled = { poeIndex: (port: number) => `3.${port + 2}`, ifIndex: (port: number) => 11_000 + port };

  it('stops every write, and no reading, while it is not proven', async () => {
    const rig = virtualRig({ numbering: shuffled });
    const ports = await rig.settle(rig.poe.read());
    expect(ports).toHaveLength(8);
    expect(ports[0]).toMatchObject({ port: undefined, row: '3.3', link: undefined });
    expect(rig.poe.status().map).toMatchObject({
      refused: [
        expect.stringContaining('interface 3 does not exist'),
        // Bridge ports 3 to 10 are there, but that would leave out the first two ports and take in two uplinks.
        expect.stringContaining('row 3.10 would be "ge10", and "ge1" before it would have no PoE'),
        expect.stringContaining('the rows are not 3.1'),
      ],
    });
    const written = writes(rig.device);
    await expect(rig.settle(rig.poe.set(['1'], false))).rejects.toMatchObject({ name: 'PortMapRefused' });
    await expect(rig.settle(rig.poe.configure(['1'], { priority: 'high' }))).rejects.toThrow('not proven unique');
    expect(written.size).toBe(0);
  });

  it('gives ports the names of the rack file', async () => {
    const numbering = {
      poeIndex: (port: number) => `1.${port + 48}`,
      ifIndex: (port: number) => port + 48,
      ifName: (port: number) => `gi${port}`,
    };
    const rig = virtualRig({ numbering }, { ports: ['1', 'GI2'], uplinks: ['8', 'gi9'] });
    expect((await rig.settle(rig.poe.read())).map(({ port, row }) => `${port} ${row}`)).toEqual([
      '1 1.49',
      'GI2 1.50',
      'gi3 1.51',
      'gi4 1.52',
      'gi5 1.53',
      'gi6 1.54',
      'gi7 1.55',
      '8 1.56',
    ]);
    expect(await rig.settle(rig.poe.set(['GI2'], false))).toMatchObject([{ port: 'GI2', ok: true }]);
    expect(rig.device.pse.port(2).admin).toBe(false);
  });

  /** One management address, behind which a switch comes up that counts its ports from 2. */
  function replaced(name = 'psw2') {
    const clock = new VirtualClock();
    const numbering = {
      ifIndex: (port: number) => port + 1,
      poeIndex: (_port: number, ifIndex: number) => `1.${ifIndex}`,
      bridgePort: (_port: number, ifIndex: number) => ifIndex,
    };
    const first = makeSwitch(clock);
    const makeSecond = () => makeSwitch(clock, { name, numbering, uplinks: 0 });
    let session: SnmpSession = directSession(first, { clock });
    const openSession = async (): Promise<SnmpSession> => ({
      counts: session.counts,
      get: (oids) => session.get(oids),
      getBulk: (request) => session.getBulk(request),
      set: (varbinds) => session.set(varbinds),
      close: () => {},
    });
    const told: string[] = [];
    const tell = (kind: string, text: string) => told.push(`${kind}: ${text}`);
    const poe = openSwitch(planFor(161), { clock, log, secrets, ports: names(1, 8), openSession, tell });
    const settle = async <T>(promise: Promise<T>): Promise<T> => {
      promise.catch(() => {});
      await clock.advanceAsync(30_000);
      return promise;
    };
    const restore = () => {
      session = directSession(first, { clock });
    };
    const replace = () => {
      const second = makeSecond();
      session = directSession(second, { clock });
      return second;
    };
    return { clock, first, poe, settle, replace, restore, told };
  }

  it('is made anew after a restart, before anything is written', async () => {
    const { poe, settle, replace } = replaced();
    await settle(poe.set(['2'], false));
    const second = replace();
    await expect(settle(poe.set(['2'], true))).rejects.toMatchObject({ code: 'port-map-changed' });
    await expect(settle(poe.set(['2'], false))).resolves.toMatchObject([{ ok: true, outcome: 'changed' }]);
    expect(second.pse.port(2).admin).toBe(false);
  });

  it('of another switch at the same address is believed, and that it is another is told once', async () => {
    const { poe, settle, replace, told } = replaced();
    await settle(poe.read());
    replace();
    await settle(poe.read());
    await settle(poe.read());
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(
      /^switch_replaced: switch psw1: another switch answers at this address: it was VIRTUAL-POE/,
    );
  });

  it('of the same switch is refused when its ports moved, until a person accepts it', async () => {
    const { poe, settle, replace, told } = replaced('psw1');
    await settle(poe.set(['2'], false));
    const second = replace();
    for (let round = 0; round < 2; round += 1) {
      await expect(settle(poe.set(['2'], true))).rejects.toThrow(
        'ports are not where they were: port 1 (ge1) was PoE row 1.1 and is PoE row 1.2; port 2 (ge2)',
      );
    }
    // It is read all the same, without names that may be wrong.
    expect((await settle(poe.read())).map(({ port }) => port)).toEqual(Array(8).fill(undefined));
    expect(poe.status().map).toMatchObject({ refused: expect.arrayContaining([expect.stringContaining('port 8')]) });
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^ports_moved: switch psw1: ports are not where they were/);
    for (const port of names(1, 8)) expect(second.pse.port(Number(port)).admin).toBe(true);

    expect((await settle(poe.acceptPorts())).find('2')).toMatchObject({ row: '1.3' });
    expect(await settle(poe.set(['2'], false))).toMatchObject([{ ok: true, outcome: 'changed' }]);
    expect(second.pse.port(2).admin).toBe(false);
  });

  it('is proven by itself as soon as the ports are back where they were', async () => {
    const { poe, settle, replace, restore } = replaced('psw1');
    await settle(poe.set(['2'], false));
    replace();
    await expect(settle(poe.set(['2'], true))).rejects.toThrow('ports are not where they were');
    restore();
    await expect(settle(poe.set(['2'], true))).resolves.toMatchObject([{ ok: true, outcome: 'changed' }]);
  });

  it('is tried again after a while where a switch was read too early, and not at every reading', async () => {
    const rig = virtualRig();
    let half = true;
    let walks = 0;
    const port = async () => (await rig.settle(rig.poe.read()))[7]!.port;
    // Three interfaces, and then what follows the column: the rest of the switch is not up yet.
    rig.device.faults.spoil = (request, answer) => {
      if (!request.varbinds.some(({ oid }) => oid.startsWith('1.3.6.1.2.1.2.2.1.3'))) return answer;
      walks += 1;
      if (!half) return answer;
      const varbinds = answer.varbinds.map((varbind, place) =>
        place < 3 ? varbind : { ...varbind, oid: '1.3.6.1.2.1.2.2.1.9.1' },
      );
      return { ...answer, varbinds };
    };
    expect([await port(), await port()]).toEqual([undefined, undefined]);
    expect(walks).toBe(1);
    half = false;
    await rig.clock.advanceAsync(60_000);
    expect(await port()).toBe('8');
  });

  it('is made anew after a restart that a reading noticed while a write waited', async () => {
    const { poe, settle, replace } = replaced();
    await settle(poe.read());
    const second = replace();
    const reading = poe.poll();
    // Its ports were looked up in the old map; when its turn comes the map is another.
    const writing = poe.set(['2'], false);
    await expect(settle(writing)).rejects.toMatchObject({ code: 'port-map-changed' });
    const { restarted, ports } = await settle(reading);
    expect(restarted).toBe(true);
    expect(ports.map(({ port, row }) => `${port} ${row}`)).toEqual(
      names(1, 8).map((port) => `${port} 1.${Number(port) + 1}`),
    );
    for (const port of names(1, 8)) expect(second.pse.port(Number(port)).admin).toBe(true);
  });
});

describe('reading', () => {
  it('is shared by all who ask at the same time', async () => {
    const rig = virtualRig();
    const [a, b] = await rig.settle(Promise.all([rig.poe.poll(), rig.poe.poll()]));
    expect(a).toBe(b);
    expect(await rig.settle(rig.poe.poll())).not.toBe(a);
  });

  it('tells a restart once', async () => {
    const rig = virtualRig({ delays: QUICK });
    const poll = async () => (await rig.settle(rig.poe.poll())).restarted;
    await rig.clock.advanceAsync(60_000);
    expect(await poll()).toBe(false);
    rig.device.reboot();
    await rig.clock.advanceAsync(1_000);
    expect([await poll(), await poll()]).toEqual([true, false]);
  });

  it('tells a restart that a write noticed first', async () => {
    const rig = virtualRig({ delays: QUICK });
    await rig.settle(rig.poe.poll());
    await rig.clock.advanceAsync(60_000);
    rig.device.reboot();
    await rig.clock.advanceAsync(1_000);
    await rig.settle(rig.poe.set(['1'], false));
    expect((await rig.settle(rig.poe.poll())).restarted).toBe(true);
  });

  it('does without sysUpTime', async () => {
    const rig = virtualRig();
    rig.device.faults.spoil = (_request, answer) => ({
      ...answer,
      varbinds: answer.varbinds.map((varbind) =>
        varbind.oid === '1.3.6.1.2.1.1.3.0' ? { ...varbind, type: TAG.noSuchInstance, value: null } : varbind,
      ),
    });
    for (let round = 0; round < 3; round += 1) {
      await rig.clock.advanceAsync(60_000);
      expect(await rig.settle(rig.poe.poll())).toMatchObject({ upTime: undefined, restarted: false });
    }
    expect(await rig.settle(rig.poe.set(['1'], false))).toMatchObject([{ ok: true }]);
  });

  it('finds the port map once for many who wait for it', async () => {
    const rig = virtualRig();
    let walks = 0;
    rig.device.faults.spoil = (request, answer) => {
      if (request.kind === 'getBulk' && request.varbinds.some(({ oid }) => oid === '1.3.6.1.2.1.31.1.1.1.1'))
        walks += 1;
      return answer;
    };
    await rig.settle(Promise.all(names(1, 8).map((port) => rig.poe.set([port], false))));
    expect(walks).toBe(1);
  });

  it('refuses a table of which a part is missing', async () => {
    const rig = virtualRig();
    await rig.settle(rig.poe.read());
    // Column 6 ends early: its last rows are taken for those of the next column.
    rig.device.faults.spoil = (_request, answer) => ({
      ...answer,
      varbinds: answer.varbinds.map((varbind) =>
        /\.105\.1\.1\.1\.6\.1\.[78]$/.test(varbind.oid) ? { ...varbind, oid: '1.3.6.1.2.1.105.1.1.1.7.1.1' } : varbind,
      ),
    });
    await expect(rig.settle(rig.poe.read())).rejects.toThrow(
      '(admin) has 8 rows and 1.3.6.1.2.1.105.1.1.1.6 (detection) 6',
    );
  });

  it('shows numbers that the MIB does not have', async () => {
    const rig = virtualRig();
    rig.device.faults.spoil = (_request, answer) => ({
      ...answer,
      varbinds: answer.varbinds.map((varbind) =>
        /\.105\.1\.1\.1\.[36]\.1\.2$/.test(varbind.oid) ? { ...varbind, value: 17 } : varbind,
      ),
    });
    expect((await rig.settle(rig.poe.read()))[1]).toMatchObject({ admin: undefined, detection: 'unknown(17)' });
  });

  it('fails on a switch that repeats an OID for ever', async () => {
    const rig = virtualRig();
    rig.device.faults.spoil = (request, answer) =>
      request.kind === 'getBulk'
        ? { ...answer, varbinds: answer.varbinds.map(() => ({ ...answer.varbinds[0]! })) }
        : answer;
    await expect(rig.settle(rig.poe.read())).rejects.toMatchObject({
      name: 'SnmpWalkFailed',
      reason: 'not-increasing',
    });
  });

  it('takes a slow switch, varbind by varbind, without a time-out', async () => {
    const rig = virtualRig(
      {},
      { limits: { read: { timeout: seconds(30), retries: 0 }, write: { timeout: seconds(30), retries: 0 } } },
    );
    rig.device.faults.slow = millis(350);
    const before = rig.clock.monotonic();
    expect(await rig.settle(rig.poe.read())).toHaveLength(8);
    expect(rig.clock.monotonic() - before).toBeGreaterThan(8 * 7 * 350);
  });
});

describe('waiting without writing', () => {
  it('sees a port deliver, or not', async () => {
    const rig = virtualRig();
    plugIn(rig.device, [1]);
    expect(await rig.settle(rig.poe.waitFor('1', 'delivering', { timeout: seconds(5) }))).toMatchObject({ ok: true });
    expect(await rig.settle(rig.poe.waitFor('1', 'off', { timeout: seconds(2) }))).toMatchObject({
      ok: false,
      error: { name: 'PowerTimeout' },
    });
  });
});

describe('a closed switch', () => {
  it('says so', async () => {
    const rig = virtualRig();
    rig.poe.close();
    await expect(rig.settle(rig.poe.read())).rejects.toMatchObject({ code: 'switch-closed' });
  });
});

describe('whatever goes wrong', () => {
  it('what is called done is done', async () => {
    let done = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.double({ min: 0, max: 0.4, noNaN: true }),
        async (seed, loss) => {
          const random = seededRandom(seed);
          const rig = virtualRig({ random }, { lose: () => random() < loss });
          const board = plugIn(rig.device, [1]).get(1)!;
          await rig.clock.advanceAsync(1_000);
          rig.device.faults.lyingSet = random() < 0.5 ? 0.3 : 0;
          const before = board.timesOff;
          const failure = await rig
            .settle(cycleByHand(rig.poe, rig.clock, ['1'], millis(200)))
            .catch((error: unknown) => error);
          if (failure !== undefined) {
            expect(failure).toBeInstanceOf(SwitchError);
            return;
          }
          done += 1;
          expect([board.timesOff, board.powered]).toEqual([before + 1, true]);
        },
      ),
      { numRuns: 200 },
    );
    expect(done).toBeGreaterThan(60);
  });
});
