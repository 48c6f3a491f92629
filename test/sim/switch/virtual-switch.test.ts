import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { realClock } from '../../../src/net/real-clock.ts';
import { millis } from '../../../src/rack/units.ts';
import { TAG } from '../../../src/sim/switch/mib.ts';
import type { VirtualSwitch } from '../../../src/sim/switch/virtual-switch.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { makeSwitch, plugIn, QUICK } from '../../switches/support/rig.ts';

function get(device: VirtualSwitch, oid: string) {
  const varbinds = [{ oid, type: TAG.Null, value: null }];
  return device.answer({ kind: 'get', varbinds, nonRepeaters: 0, maxRepetitions: 0, mayWrite: false, room: 1_300 })
    .varbinds[0]!;
}

function set(device: VirtualSwitch, oid: string, type: number, value: number | Buffer) {
  const varbinds = [{ oid, type, value }];
  return device.answer({ kind: 'set', varbinds, nonRepeaters: 0, maxRepetitions: 0, mayWrite: true, room: 1_300 })
    .errorStatus;
}

const ADMIN_1 = '1.3.6.1.2.1.105.1.1.1.3.1.1';

let device: VirtualSwitch;
afterEach(() => device.close());

describe('a virtual switch', () => {
  it('shows its boards: state, class, link, octets, consumption', () => {
    const clock = new VirtualClock();
    device = makeSwitch(clock, { uplinks: 1 });
    const [board] = [...plugIn(device, [2]).values()];
    clock.advance(1_000);
    const value = (oid: string) => get(device, oid).value;
    expect(value('1.3.6.1.2.1.105.1.1.1.6.1.2')).toBe(3);
    expect(value('1.3.6.1.2.1.105.1.1.1.10.1.2')).toBe(4);
    expect([1, 2, 9].map((port) => value(`1.3.6.1.2.1.2.2.1.8.${port}`))).toEqual([2, 1, 1]);
    expect(value('1.3.6.1.2.1.2.2.1.10.2')).toBe(1_000);
    expect(value('1.3.6.1.2.1.31.1.1.1.6.2')).toEqual(Buffer.from('00000000000003e8', 'hex'));
    expect(value('1.3.6.1.2.1.105.1.3.1.1.4.1')).toBe(4);
    expect(value('1.3.6.1.2.1.2.1.0')).toBe(9);
    board!.draws = 7.6;
    expect(value('1.3.6.1.2.1.105.1.3.1.1.4.1')).toBe(8);
  });

  it('starts as its saved configuration says', () => {
    const clock = new VirtualClock();
    device = makeSwitch(clock, { startupAdmin: false });
    plugIn(device, [1]);
    clock.advance(10_000);
    expect([get(device, ADMIN_1).value, device.pse.consumption()]).toEqual([2, 0]);
  });

  it('comes back from a reboot with its saved configuration, and its time starts again', () => {
    const clock = new VirtualClock();
    device = makeSwitch(clock, { delays: { ...QUICK, boot: millis(5_000) } });
    const boards = plugIn(device, [1, 2]);
    clock.advance(60_000);
    expect(set(device, ADMIN_1, TAG.Integer32, 2)).toBe(0);
    clock.advance(1_000);
    device.reboot();
    device.reboot();
    expect([device.up, boards.get(2)!.powered]).toEqual([false, false]);
    clock.advance(5_500);
    expect([device.up, boards.get(1)!.powered, boards.get(2)!.powered]).toEqual([true, true, true]);
    expect(get(device, '1.3.6.1.2.1.1.3.0').value).toBe(50);
    expect(boards.get(2)!.timesOff).toBe(1);
  });

  it('keeps what may be written', () => {
    device = makeSwitch(new VirtualClock());
    expect(set(device, '1.3.6.1.2.1.105.1.1.1.7.1.3', TAG.Integer32, 1)).toBe(0);
    expect(set(device, '1.3.6.1.2.1.105.1.1.1.9.1.3', TAG.OctetString, Buffer.from('a Pi'))).toBe(0);
    expect(set(device, '1.3.6.1.2.1.105.1.3.1.1.5.1', TAG.Integer32, 75)).toBe(0);
    expect(set(device, '1.3.6.1.2.1.105.1.4.1.1.2.1', TAG.Integer32, 1)).toBe(0);
    const values = ['105.1.1.1.7.1.3', '105.1.1.1.9.1.3', '105.1.3.1.1.5.1', '105.1.4.1.1.2.1'];
    expect(values.map((oid) => get(device, `1.3.6.1.2.1.${oid}`).value)).toEqual([1, Buffer.from('a Pi'), 75, 1]);
    expect(get(device, '1.3.6.1.2.1.105.1.1.1.7.1.4').value).toBe(3);
  });

  it('answers on one address only, and gives it back', async () => {
    device = makeSwitch(realClock);
    const { address, port } = await device.bind('127.0.0.1', 0);
    expect(address).toBe('127.0.0.1');
    await expect(device.bind('127.0.0.1', 0)).rejects.toThrow(`psw1 answers on 127.0.0.1 port ${port} already`);
    await device.close();
    const socket = createSocket('udp4').bind(port, '127.0.0.1');
    await once(socket, 'listening');
    socket.close();
    device = makeSwitch(realClock);
  });

  it('says why it cannot bind', async () => {
    const other = makeSwitch(realClock);
    device = makeSwitch(realClock);
    const { port } = await other.bind('127.0.0.1', 0);
    await expect(device.bind('127.0.0.1', port)).rejects.toThrow('EADDRINUSE');
    await other.close();
  });

  it('leaves no board powered and no timer behind when it is closed', async () => {
    const clock = new VirtualClock();
    device = makeSwitch(clock);
    const boards = plugIn(device, [1, 2, 3]);
    clock.advance(1_000);
    device.reboot();
    await device.close();
    clock.advance(100_000);
    expect([...boards.values()].map((board) => board.powered)).toEqual([false, false, false]);
    expect(clock.pending).toBe(0);
  });
});
