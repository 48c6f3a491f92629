import { beforeEach, describe, expect, it } from 'vitest';
import type { LldpSystem } from '../../../src/sim/switch/neighbours.ts';
import { FROM_49 } from '../../../src/sim/switch/numberings.ts';
import type { VirtualSwitch } from '../../../src/sim/switch/virtual-switch.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { parseMac } from '../../../src/wire/address.ts';
import { TestBoard } from '../../switches/support/board.ts';
import { makeSwitch } from '../../switches/support/rig.ts';
import { get, walk } from './support/ask.ts';

const SYS_NAME = '1.0.8802.1.1.2.1.4.1.1.9';
const ENTITY = '1.3.6.1.2.1.47.1.1.1.1';

const system = (name: string, octet: number): LldpSystem => ({
  chassis: parseMac(`02:00:00:00:00:0${octet}`),
  port: parseMac(`02:00:00:00:01:0${octet}`),
  portDescr: 'eth0',
  sysName: name,
  sysDescr: 'Debian',
});

class OsBoard extends TestBoard {
  os: LldpSystem | undefined;
  lldp(): LldpSystem | undefined {
    return this.os;
  }
}

let clock: VirtualClock;
let device: VirtualSwitch;
let board: OsBoard;
beforeEach(() => {
  clock = new VirtualClock();
  device = makeSwitch(clock, { numbering: FROM_49, beyond: new Map([[9, { lldp: system('controller', 9) }]]) });
  board = new OsBoard();
  device.attach(3, board);
  clock.advance(1_000);
});

const neighbours = () => [...walk(device, SYS_NAME)].map(([index, value]) => [index, String(value)]);

describe('LLDP', () => {
  it('names the switch and its ports, under numbers of their own', () => {
    const local = walk(device, '1.0.8802.1.1.2.1.3');
    expect(local.get('2.0')).toEqual(get(device, '1.3.6.1.2.1.17.1.1.0'));
    expect([local.get('7.1.2.51'), String(local.get('7.1.3.51')), String(local.get('3.0'))]).toEqual([
      5,
      'gi3',
      'psw1',
    ]);
  });

  it('hears uplinks always, and boards while an OS runs on them that speaks', () => {
    expect(neighbours()).toEqual([['100.57.1', 'controller']]);
    board.os = system('slot-3', 3);
    clock.advance(29_000);
    expect(neighbours()).toEqual([
      ['100.57.1', 'controller'],
      ['3000.51.2', 'slot-3'],
    ]);
    expect(get(device, '1.0.8802.1.1.2.1.4.1.1.5.3000.51.2')).toEqual(Buffer.from('020000000003', 'hex'));
    expect(get(device, '1.0.8802.1.1.2.1.4.1.1.7.3000.51.2')).toEqual(Buffer.from('020000000103', 'hex'));
    // Another name, the same neighbour.
    board.os = system('pi', 3);
    clock.advance(1_000);
    expect(neighbours()[1]).toEqual(['3000.51.2', 'pi']);
    board.os = undefined;
    clock.advance(1_000);
    expect(neighbours()).toHaveLength(1);
    board.os = system('pi', 3);
    clock.advance(1_000);
    expect(neighbours()[1]).toEqual(['3300.51.3', 'pi']);
    device.detach(3);
    expect(neighbours()).toHaveLength(1);
  });

  it('begins anew with the switch', () => {
    neighbours();
    device.reboot();
    clock.advance(5_000);
    expect(neighbours()).toEqual([['490.57.1', 'controller']]);
  });
});

describe('ENTITY-MIB', () => {
  it('has the serial of the chassis, the same for the same name', () => {
    const serial = String(get(device, `${ENTITY}.11.1`));
    expect(serial).toMatch(/^VS[0-9A-F]{12}$/);
    expect(String(get(makeSwitch(clock), `${ENTITY}.11.1`))).toBe(serial);
    expect(String(get(makeSwitch(clock, { name: 'psw2' }), `${ENTITY}.11.1`))).not.toBe(serial);
    expect([get(device, `${ENTITY}.5.1`), walk(device, `${ENTITY}.2`).size]).toEqual([3, 1]);
    expect(walk(device, '1.3.6.1.2.1.47.1.3').size).toBe(0);
  });

  it('may list its ports, and which interfaces they are', () => {
    const identity = { serial: 'FOC1', model: 'WS-X', portEntity: (port: number) => 1_000 + port };
    const listed = makeSwitch(clock, { numbering: FROM_49, identity });
    expect([String(get(listed, `${ENTITY}.11.1`)), String(get(listed, `${ENTITY}.13.1`))]).toEqual(['FOC1', 'WS-X']);
    expect([get(listed, `${ENTITY}.5.1003`), String(get(listed, `${ENTITY}.7.1003`))]).toEqual([10, 'gi3']);
    expect(get(listed, '1.3.6.1.2.1.47.1.3.2.1.2.1003.0')).toBe('1.3.6.1.2.1.2.2.1.1.51');
  });
});
