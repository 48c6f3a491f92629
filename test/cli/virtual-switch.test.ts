import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit.ts';
import { SimClient } from '../../src/cli/sim-client.ts';
import { findVirtualRack } from '../../src/cli/virtual-rack.ts';
import { askSwitch } from '../../src/cli/virtual-switch.ts';
import { startTicks } from '../../src/sim/bundle/launch.ts';
import { serveControl } from '../../src/sim/process/control.ts';
import { isolatedConfig } from '../../src/sim/switch/bridge.ts';
import type { VirtualSwitch } from '../../src/sim/switch/virtual-switch.ts';
import { VirtualClock } from '../../src/sim/virtual-clock.ts';
import { makeSwitch, plugIn } from '../switches/support/rig.ts';

let folder: string;
let server: Server | undefined;
let clock: VirtualClock;
let device: VirtualSwitch;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pirack-virtual-'));
  clock = new VirtualClock();
  const access = new Map([
    [1, 101],
    [2, 102],
  ]);
  device = makeSwitch(clock, { ports: 2, uplinks: 1, vlans: { start: isolatedConfig([1, 2, 3], access, [3]) } });
  plugIn(device, [1]);
  clock.advance(100);
  const switches = new Map([['psw1', device]]);
  const ports = new Map([['psw1', [1, 2]]]);
  server = await serveControl(join(folder, 'sim.sock'), { devices: new Map(), switches, ports });
});
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (words: string, options: { json?: boolean; name?: string } = {}) =>
  askSwitch(new SimClient(join(folder, 'sim.sock')), {
    name: options.name ?? 'psw1',
    words: words === '' ? [] : words.split(' '),
    json: options.json ?? false,
  });

describe('pirack virtual switch', () => {
  it('shows a switch', async () => {
    expect(await ask('')).toEqual([
      'psw1 is up: 4 of 370 W, 0 of 0 requests answered',
      'port  admin  power       denied  vlan  uplink',
      '   1  on     delivering       0   101  carries it',
      '   2  on     searching        0   102  carries it',
    ]);
    expect(JSON.parse((await ask('', { json: true })).join())).toMatchObject({ name: 'psw1', up: true });
  });

  it('moves a port, and says who hears it then', async () => {
    expect(await ask('move 1 102')).toEqual(['psw1 port 1 is in VLAN 102']);
    expect(await ask('move 1 300')).toEqual([
      'psw1 port 1 is in VLAN 300, which no uplink carries: the controller does not hear it',
    ]);
    device.faults.vlanSettle = 500 as never;
    expect(await ask('move 1 101')).toEqual(['psw1 port 1 is on its way to VLAN 101, and in VLAN 300 so far']);
    expect((await ask(''))[0]).toContain('psw1 is up, with changes that a restart would lose:');
  });

  it('restarts it', async () => {
    expect(await ask('reboot')).toEqual(['psw1 restarts: its ports have neither power nor a VLAN until it is back']);
    await expect(ask('reboot')).rejects.toMatchObject({ code: EXIT.failed, message: 'psw1 is restarting already' });
    expect(await ask('')).toEqual([
      'psw1 is restarting: 0 of 370 W, 0 of 0 requests answered',
      'port  admin  power     denied  vlan  uplink',
      '   1  off    disabled       0  none',
      '   2  off    disabled       0  none',
    ]);
  });

  it('turns faults, shows which are turned, and turns all back', async () => {
    const lines = await ask('fault lose-set-answer=0.2 denied=1-2 slow-under=1.3.6.1.2.1.105');
    expect(lines.filter((line) => line.startsWith('*'))).toEqual([
      '* slow-under=1.3.6.1.2.1.105',
      '* lose-set-answer=0.2',
      '* denied=1-2',
    ]);
    expect(lines).toContain('  bulk-ends-after=none');
    expect(await ask('fault')).toEqual(lines);
    expect((await ask('fault none')).filter((line) => line.startsWith('*'))).toEqual([]);
    expect(device.faults.denied.size).toBe(0);
    expect(JSON.parse((await ask('fault slow=5', { json: true })).join())).toMatchObject({ slow: 5 });
  });

  it('changes the budget', async () => {
    expect(await ask('budget 120 W')).toEqual(['psw1 has 120 W to give; its boards draw 4 W now']);
    expect(device.pse.budget).toBe(120);
  });

  it.each<[string, string]>([
    ['restart', 'expected reboot, move, fault, budget or nothing, got "restart"'],
    ['reboot now', 'expected nothing after reboot, got "now"'],
    ['move 7', 'move: expected PORT VLAN, two numbers such as 7 300, got "7"'],
    ['move ge1 300', 'move: expected PORT VLAN'],
    ['move 9 300', 'expected a port of psw1 with a slot on it (1-2), got 9'],
    ['move 1 4095', 'expected a VLAN from 1 to 4094'],
    ['budget', 'budget: expected a power in watts, such as 370 W, got ""'],
    ['budget 120', 'budget: expected a power in watts, such as 370 W, got "120"'],
    ['fault slow', 'expected settings such as lose-request=0.1, got "slow"'],
    ['fault slowly=1', 'expected a fault among slow,'],
    ['fault silent=1', 'silent: expected true or false, got "1"'],
  ])('refuses %s', async (words, message) => {
    await expect(ask(words)).rejects.toMatchObject({ code: EXIT.usage, message: expect.stringContaining(message) });
  });

  it('says which switches there are, and when nobody answers', async () => {
    await expect(ask('', { name: 'psw9' })).rejects.toThrow('expected a switch among psw1, got "psw9"');
    await expect(ask('', { name: 'a/b' })).rejects.toThrow('expected a switch among psw1');
    const nobody = askSwitch(new SimClient(join(folder, 'none')), { name: 'psw1', words: [], json: false });
    await expect(nobody).rejects.toMatchObject({
      code: EXIT.missing,
      message: expect.stringContaining('cannot reach'),
    });
  });
});

describe('the virtual rack that a command means', () => {
  const serve = (rack: string, pid = process.pid, ticks = startTicks(process.pid)) => {
    const directory = mkdtempSync(join(folder, `${rack}-`));
    writeFileSync(join(directory, 'bundle.json'), JSON.stringify({ pid, startTicks: ticks }));
    return directory.slice(folder.length + 1);
  };

  it('is the only one that is being served, or the one that is named', () => {
    expect(() => findVirtualRack({ state: folder })).toThrow('no virtual rack is being served below');
    // Its number belongs to another process by now.
    const gone = serve('gone', process.pid, '1');
    expect(() => findVirtualRack({ state: folder, rack: gone })).toThrow(`no virtual rack ${gone} is being served`);
    const first = serve('first');
    const found = { rack: first, pid: process.pid, socket: join(folder, first, 'sim.sock') };
    expect(findVirtualRack({ state: folder })).toEqual(found);
    const second = serve('second');
    expect(() => findVirtualRack({ state: folder })).toThrow(/^several virtual racks .* --rack \S+ or --rack /);
    expect(findVirtualRack({ state: folder, rack: second }).rack).toBe(second);
  });
});
