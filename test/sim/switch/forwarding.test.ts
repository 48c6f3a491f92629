import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STATUS, TAG } from '../../../src/sim/switch/mib.ts';
import type { VirtualSwitchOptions } from '../../../src/sim/switch/options.ts';
import type { PoweredDevice } from '../../../src/sim/switch/pse.ts';
import type { VirtualSwitch } from '../../../src/sim/switch/virtual-switch.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { parseMac } from '../../../src/wire/address.ts';
import { makeSwitch } from '../../switches/support/rig.ts';
import { get, set, walk } from './support/ask.ts';
import { egress, filtering, frameTypes, portList, pvid, ROW, status } from './support/vlans.ts';

const FDB_PORT = '1.3.6.1.2.1.17.7.1.2.2.1.2';
const FDB_STATUS = '1.3.6.1.2.1.17.7.1.2.2.1.3';
const AGEING = '1.3.6.1.2.1.17.4.2.0';
const MAC = parseMac('b8:27:eb:01:02:03');
const ARCS = '184.39.235.1.2.3';
const CONTROLLER = parseMac('02:00:00:00:00:01');

class Station implements PoweredDevice {
  link = true;
  sent = 100;
  readonly mac = MAC;
  powerOn() {}
  powerOff() {}
  watts() {
    return 4;
  }
  linkUp() {
    return this.link;
  }
  octets() {
    return { in: this.sent, out: 0 };
  }
}

let clock: VirtualClock;
let device: VirtualSwitch;
let board: Station;
function start(forwarding: VirtualSwitchOptions['forwarding'] = {}) {
  clock = new VirtualClock();
  device = makeSwitch(clock, { forwarding: { listsItself: false, ...forwarding } });
  board = new Station();
  device.attach(3, board);
  clock.advance(1_000);
}
beforeEach(() => start());
afterEach(() => device.close());

const list = (...ports: number[]) => portList(2, ...ports);
const rows = () => [...walk(device, FDB_PORT)];
const later = (seconds: number) => clock.advance(seconds * 1_000);

describe('the forwarding database', () => {
  it('has a board that has sent something, where it was heard', () => {
    board.sent = 0;
    start();
    board.sent = 0;
    expect(rows()).toEqual([]);
    later(1);
    board.sent = 90;
    expect(rows()).toEqual([[`1.${ARCS}`, 3]]);
    expect([...walk(device, FDB_STATUS).values()]).toEqual([3]);
    expect([...walk(device, '1.3.6.1.2.1.17.4.3.1')]).toEqual([
      [`1.${ARCS}`, Buffer.from([184, 39, 235, 1, 2, 3])],
      [`2.${ARCS}`, 3],
      [`3.${ARCS}`, 3],
    ]);
    expect(get(device, '1.3.6.1.2.1.17.7.1.2.1.1.2.1')).toBe(1);
  });

  it('forgets a board that is silent for long, and one whose link goes down', () => {
    expect(rows()).toHaveLength(1);
    later(300);
    expect(rows()).toHaveLength(1);
    later(1);
    expect(rows()).toEqual([]);
    board.sent += 1;
    later(1);
    expect(rows()).toHaveLength(1);
    board.link = false;
    later(1);
    expect(rows()).toEqual([]);
  });

  it('lets the ageing time be written', () => {
    rows();
    expect(set(device, [AGEING, TAG.Integer32, 9])).toEqual([STATUS.wrongValue, 1]);
    expect(set(device, [AGEING, TAG.Integer32, 10])).toEqual([STATUS.noError, 0]);
    later(11);
    expect([get(device, AGEING), rows()]).toEqual([10, []]);
  });

  it('may keep what was heard on a link that has gone down', () => {
    start({ flushOnLinkDown: false });
    rows();
    board.link = false;
    later(299);
    expect(rows()).toHaveLength(1);
    later(2);
    expect(rows()).toEqual([]);
  });

  it('learns in the VLAN of the PVID, and holds the old row until it ages', () => {
    rows();
    set(device, status(30, ROW.createAndGo), pvid(3, 30));
    board.sent += 1;
    later(1);
    expect(rows()).toEqual([
      [`1.${ARCS}`, 3],
      [`30.${ARCS}`, 3],
    ]);
    set(device, status(30, ROW.destroy));
    later(1);
    expect(rows().map(([index]) => index)).toEqual([`1.${ARCS}`]);
  });

  it.each([
    ['the port takes tagged frames only', [frameTypes(3, 2)]],
    ['the port is not in its VLAN and filters', [status(30, ROW.createAndGo), pvid(3, 30), filtering(3, 1)]],
    ['the VLAN is not in service', [status(30, ROW.createAndWait), pvid(3, 30)]],
  ] as const)('learns nothing where %s', (_title, writes) => {
    expect(set(device, ...writes)).toEqual([STATUS.noError, 0]);
    expect(rows()).toEqual([]);
  });

  it('moves a board that was plugged in elsewhere', () => {
    rows();
    device.detach(3);
    device.attach(5, board);
    board.sent += 1;
    later(2);
    expect(rows()).toEqual([[`1.${ARCS}`, 5]]);
  });

  it('has the controller behind the uplink in every VLAN, itself, and rows of no port', () => {
    const stray = parseMac('00:00:5e:00:53:01');
    start({ listsItself: true, uplinkStations: [{ port: 9, mac: CONTROLLER }], strays: [stray] });
    set(device, status(30, ROW.createAndGo), egress(30, list(3, 9)));
    later(1);
    const ports = new Map(rows());
    expect([ports.get('1.2.0.0.0.0.1'), ports.get('30.2.0.0.0.0.1'), ports.get('1.0.0.94.0.83.1')]).toEqual([9, 9, 0]);
    const own = [...walk(device, FDB_STATUS)].filter(([, value]) => value === 4);
    expect(own).toHaveLength(1);
    expect(ports.get(own[0]![0])).toBe(0);
    expect(own[0]![0]).toBe(`1.${[...(get(device, '1.3.6.1.2.1.17.1.1.0') as Buffer)].join('.')}`);
  });

  it('is empty after a restart', () => {
    expect(rows()).toHaveLength(1);
    device.reboot();
    board.link = false;
    clock.advance(5_000);
    expect([device.up, rows()]).toEqual([true, []]);
  });
});
