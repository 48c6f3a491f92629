import { beforeEach, describe, expect, it } from 'vitest';
import type { Traffic } from '../../../src/sim/switch/device.ts';
import type { VirtualSwitch } from '../../../src/sim/switch/virtual-switch.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { TestBoard } from '../../switches/support/board.ts';
import { makeSwitch } from '../../switches/support/rig.ts';
import { get } from './support/ask.ts';

const IF = '1.3.6.1.2.1.2.2.1';
const IF_X = '1.3.6.1.2.1.31.1.1.1';

class BusyBoard extends TestBoard {
  traffic: Traffic = { in: 0, out: 0 };
  override octets() {
    return { ...this.traffic } as { in: number; out: number };
  }
  linkMbps() {
    return 100;
  }
}

let clock: VirtualClock;
let device: VirtualSwitch;
let board: BusyBoard;
beforeEach(() => {
  clock = new VirtualClock();
  device = makeSwitch(clock, { beyond: new Map([[9, { traffic: () => ({ in: 7, out: 9 }), mbps: 10_000 }]]) });
  board = new BusyBoard();
  device.attach(3, board);
});

const wide = (oid: string) => Number((get(device, oid) as Buffer).readBigUInt64BE());

describe('counters of a port', () => {
  it('are what the device counts, in 32 and 64 bits', () => {
    board.traffic = {
      in: 2 ** 32 + 5,
      out: 6,
      inPackets: 11,
      outPackets: 12,
      inErrors: 13,
      outErrors: 14,
      inDiscards: 15,
      outDiscards: 16,
    };
    expect([10, 11, 13, 14, 16, 17, 19, 20].map((arc) => get(device, `${IF}.${arc}.3`))).toEqual([
      5, 11, 15, 13, 6, 12, 16, 14,
    ]);
    expect([6, 7, 10, 11].map((arc) => wide(`${IF_X}.${arc}.3`))).toEqual([2 ** 32 + 5, 11, 6, 12]);
    expect([wide(`${IF_X}.6.9`), wide(`${IF_X}.6.4`)]).toEqual([0, 0]);
  });

  it('go on with the next device, and from where a device starts to count anew', () => {
    board.traffic = { in: 100, out: 10 };
    const next = new BusyBoard();
    next.traffic = { in: 1_000, out: 0 };
    device.attach(3, next);
    expect(wide(`${IF_X}.6.3`)).toBe(100);
    next.traffic = { in: 1_050, out: 0 };
    expect(wide(`${IF_X}.6.3`)).toBe(150);
    device.detach(3);
    expect(wide(`${IF_X}.6.3`)).toBe(150);
    next.traffic = { in: 3_000, out: 0 };
    device.attach(3, next);
    next.traffic = { in: 5, out: 0 };
    expect(wide(`${IF_X}.6.3`)).toBe(155);
  });

  it('start again with the switch', () => {
    board.traffic = { in: 100, out: 10 };
    device.reboot();
    clock.advance(1_000);
    expect(wide(`${IF_X}.6.3`)).toBe(0);
    board.traffic = { in: 130, out: 10 };
    expect(wide(`${IF_X}.6.3`)).toBe(30);
  });
});

describe('the link of a port', () => {
  it('has a speed, and a time since when it is as it is', () => {
    clock.advance(500);
    expect([get(device, `${IF}.8.3`), get(device, `${IF}.9.3`)]).toEqual([1, 50]);
    expect([get(device, `${IF}.5.3`), get(device, `${IF_X}.15.3`)]).toEqual([100_000_000, 100]);
    // More than fits into ifSpeed.
    expect([get(device, `${IF}.5.9`), get(device, `${IF_X}.15.9`)]).toEqual([2 ** 32 - 1, 10_000]);
    clock.advance(1_000);
    board.powerOff();
    // Nobody asks for the link, but somebody asks.
    get(device, '1.3.6.1.2.1.1.3.0');
    clock.advance(10_000);
    expect([get(device, `${IF}.8.3`), get(device, `${IF}.9.3`)]).toEqual([2, 150]);
    expect(get(device, `${IF}.9.9`)).toBe(0);
  });
});
