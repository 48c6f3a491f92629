import { describe, expect, it } from 'vitest';
import { realClock } from '../../../../src/net/real-clock.ts';
import { millis } from '../../../../src/rack/units.ts';
import type { SwitchBackend } from '../../../../src/switches/backend.ts';
import type { SshLimits } from '../../../../src/switches/ssh/transport.ts';
import { createUnifi } from '../../../../src/switches/ssh/unifi/backend.ts';
import { powerCommand } from '../../../../src/switches/ssh/unifi/poe.ts';
import { parseTable } from '../../../../src/switches/ssh/unifi/table.ts';
import { adminOf, FOREVER, failure, NO_INDEXES, openTransport, rows } from '../support/open.ts';
import type { UnifiOptions } from '../support/unifi.ts';
import { UnifiSwitch } from '../support/unifi.ts';

interface Rig {
  readonly device: UnifiSwitch;
  readonly backend: SwitchBackend;
  readonly during: (signal: AbortSignal) => SwitchBackend;
  readonly commands: readonly string[];
}

async function rig(options: UnifiOptions = {}, limits: Partial<SshLimits> = {}): Promise<Rig> {
  const device = new UnifiSwitch(options);
  const { server, transport } = await openTransport({ exec: device.exec }, limits);
  const during = createUnifi({ transport, clock: realClock });
  return { device, backend: during(FOREVER), during, commands: server.commands };
}

describe('a UniFi switch', () => {
  it('says what it is', async () => {
    const { backend } = await rig();
    expect(await backend.identity()).toEqual({
      sysObjectID: '',
      sysDescr: 'US-8-60W, 7.0.50.15613',
      sysName: 'rack-sw3',
      upTime: 86_400_000,
    });
  });

  it('has rows and interfaces by socket, whatever the ports are called', async () => {
    const { backend } = await rig({ poe: [5, 6, 7, 8] });
    const { poeRows, interfaces } = await backend.portTables();
    expect(poeRows).toEqual(['5', '6', '7', '8']);
    expect(interfaces.size).toBe(8);
    expect(interfaces.get(5)).toEqual({ type: 6, name: 'Port 5' });
  });

  it('tells power, class and link of every port, and its supply', async () => {
    const { backend } = await rig();
    const { rows: ports, main, upTime } = await backend.state(NO_INDEXES);
    expect(ports).toHaveLength(4);
    expect(ports[0]).toMatchObject({
      row: '1',
      admin: true,
      detection: 'deliveringPower',
      powerClass: 'class3',
      watts: 4.63,
      link: 'up',
    });
    expect(ports[2]).toMatchObject({
      row: '3',
      admin: true,
      detection: 'searching',
      powerClass: undefined,
      watts: 0,
      link: 'down',
    });
    expect(main).toEqual({ consumption: 9.26, capacity: 52 });
    expect(upTime?.ticks).toBe(8_640_025);
  });

  it('that tells nonsense of its supply is not believed', async () => {
    const { device, backend } = await rig();
    device.totalLimit = -1_096_017_060;
    expect((await backend.state(NO_INDEXES)).main.capacity).toBeUndefined();
  });

  it('has no VLANs that could be written: they are the controller’s', async () => {
    expect((await rig()).backend.vlans).toBeUndefined();
  });
});

describe('power of a UniFi switch', () => {
  it('is off and on again, a port to a command', async () => {
    const { device, backend, commands } = await rig();
    expect([...(await backend.switchRows(rows('1', '3'), false)).values()]).toEqual(['answered', 'answered']);
    expect(commands).toEqual(['swctrl poe set off id 1', 'swctrl poe set off id 3']);
    expect(await adminOf(backend)).toEqual({ '1': false, '2': true, '3': false, '4': true });
    expect((await backend.look(rows('1'), NO_INDEXES)).seen.get(rows('1')[0]!)).toMatchObject({
      detection: 'disabled',
    });
    await backend.switchRows(rows('1', '3'), true);
    expect(device.powers(1)).toBe(true);
    expect(await adminOf(backend)).toEqual({ '1': true, '2': true, '3': true, '4': true });
  });

  it('is never about a port without its number, which would be about all ports', () => {
    for (const row of ['1', '48', '07']) {
      for (const on of [true, false])
        expect(powerCommand(row, on)).toMatch(/^swctrl poe set (?:auto|off) id [1-9]\d?$/);
    }
    for (const row of ['', ' ', 'all', '1,2', '1 2', '1;reboot', '0', '100', '-1', '1e1x']) {
      expect(() => powerCommand(row, false), row).toThrow(expect.objectContaining({ code: 'unsafe-name' }));
    }
  });

  it('that one port is refused is its own affair', async () => {
    const { backend } = await rig({ poe: [1, 3] });
    const written = await backend.switchRows(rows('1', '2', '3'), false);
    expect(written.get(rows('1')[0]!)).toBe('answered');
    expect(written.get(rows('2')[0]!)).toMatchObject({ refused: { words: '[error] port 2 has no PoE' } });
    expect(written.get(rows('3')[0]!)).toBe('answered');
  });

  it('is unknown from the moment that the connection ends', async () => {
    const { device, backend } = await rig();
    device.fault = (command) => (command.endsWith('id 2') ? 'drop' : undefined);
    const written = await backend.switchRows(rows('1', '2', '3'), false);
    expect(written.get(rows('1')[0]!)).toBe('answered');
    expect(written.get(rows('2')[0]!)).toMatchObject({ unanswered: { code: 'ssh-lost' } });
    expect(written.get(rows('3')[0]!)).toMatchObject({ unanswered: { code: 'ssh-lost' } });
    device.fault = undefined;
    expect(await adminOf(backend)).toEqual({ '1': false, '2': true, '3': true, '4': true });
  });

  it('is unknown when the command hangs, or ends without a status', async () => {
    const { device, backend } = await rig({}, { command: millis(200) });
    device.fault = () => 'hang';
    expect([...(await backend.switchRows(rows('1'), false)).values()]).toMatchObject([
      { unanswered: { code: 'ssh-timeout' } },
    ]);
    device.fault = () => ({ say: '', code: undefined });
    expect([...(await backend.switchRows(rows('1'), false)).values()]).toMatchObject([
      { unanswered: { code: 'ssh-answer-invalid' } },
    ]);
  });

  it('is not begun any more once its job is given up', async () => {
    const { during, commands } = await rig();
    const late = new Error('too late');
    expect(await failure(during(AbortSignal.abort(late)).switchRows(rows('1'), false))).toBe(late);
    expect(commands).toEqual([]);
  });
});

describe('answers that are none', () => {
  const table = (row: string) =>
    [
      'Port  OpMode  HpMode  PwrLimit  Class   PoEPwr  PwrGood',
      '----  ------  ------  --------  ------  ------  -------',
      row,
      '',
    ].join('\n');

  it.each([
    ['no such command', '-sh: swctrl: not found\n', 127, 'command-refused', 'not found'],
    ['no table', 'Segmentation fault\n', 0, 'ssh-answer-invalid', 'no table'],
    ['an empty table', table(''), 0, 'ssh-answer-invalid', 'lists no port'],
    [
      'a row that does not fit',
      table('   1    Auto  Dot3atLonger   32000   Class 3      On     Good'),
      0,
      'ssh-answer-invalid',
      'fit its columns',
    ],
    [
      'a port twice',
      table(
        '   1    Auto  Dot3at     32000  Class3      On     Good\n   1    Auto  Dot3at     32000  Class3      On     Good',
      ),
      0,
      'ssh-answer-invalid',
      'port "1"',
    ],
    [
      'headings that do not fit',
      'Port Mode\n----  ------  ------\n   1\n',
      0,
      'ssh-answer-invalid',
      'no headings stand over its 3 columns',
    ],
  ])('%s', async (_what, say, code, expected, words) => {
    const { device, backend } = await rig();
    device.fault = (command) => (command === 'swctrl poe show' ? { say, code } : undefined);
    const error = await failure(backend.state(NO_INDEXES));
    expect(error?.code).toBe(expected);
    expect(error?.message).toContain(words);
  });

  it.each([
    ['no JSON', '{"hostname":', 'JSON'],
    ['no ports', '{"port_table":[{"port_idx":"1"},{},null]}', 'lists no port'],
    ['a list', '[]', 'lists no port'],
  ])('%s of a dump', async (_what, say, words) => {
    const { device, backend } = await rig();
    device.fault = (command) => (command === 'mca-dump' ? { say, code: 0 } : undefined);
    expect((await failure(backend.portTables()))?.message).toContain(words);
  });

  it('keep a value with a space in its own column', () => {
    const [row] = parseTable(
      table('  12    Auto  Dot3at     32000  Class4      On     Good').replace('Class4 ', 'C    4 '),
      'x',
    );
    expect(Object.fromEntries(row!)).toMatchObject({ Port: '12', Class: 'C    4', PoEPwr: 'On' });
  });

  it('of a word that nobody knows is neither on nor off', async () => {
    const { device, backend } = await rig();
    const row = '   1    Auto  Dot3at     32000  Class3  Toggle     Good';
    device.fault = (command) => (command === 'swctrl poe show' ? { say: table(row), code: 0 } : undefined);
    expect((await backend.look(rows('1'), NO_INDEXES)).seen.get(rows('1')[0]!)).toMatchObject({
      detection: 'unknown(0)',
    });
  });
});
