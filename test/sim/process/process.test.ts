import { describe, expect, it } from 'vitest';
import type { BoardStatus } from '../../../src/sim/board/status.ts';
import { namespacesOf } from '../../../src/sim/bundle/launch.ts';
import { BadArguments, parseArguments } from '../../../src/sim/process/arguments.ts';
import { answer, type ControlTarget } from '../../../src/sim/process/control.ts';
import type { Device } from '../../../src/sim/process/devices.ts';
import { portCounts, portNumber } from '../../../src/sim/process/switches.ts';

const PROOF = JSON.stringify(namespacesOf('self'));
const NEEDED = ['--plan', 'plan.json', '--ns-proof', PROOF, '--state', '/s'];

describe('parseArguments', () => {
  it('has a default for everything that a bundle need not say', () => {
    expect(parseArguments(NEEDED)).toEqual({
      plan: 'plan.json',
      control: undefined,
      outside: namespacesOf('self'),
      state: '/s',
      speed: 20,
      seed: 1,
      isolatedPortBug: false,
      digest: true,
      portsOn: false,
      vlans: 'planned',
      phase: 'build',
    });
    expect(
      parseArguments([
        ...NEEDED,
        '--control',
        '/c',
        '--speed',
        '0.5',
        '--isolated-port-bug',
        '--no-digest',
        '--ports-on',
        '--vlans',
        'blank',
      ]),
    ).toMatchObject({
      control: '/c',
      speed: 0.5,
      isolatedPortBug: true,
      digest: false,
      portsOn: true,
      vlans: 'blank',
    });
  });

  it('takes the last phase, which is how the process goes on as itself', () => {
    expect(parseArguments([...NEEDED, '--phase', 'build', '--phase', 'serve']).phase).toBe('serve');
  });

  it.each<[string[], string]>([
    [['--ns-proof', PROOF, '--state', '/s'], 'expected --plan'],
    [['--plan', 'p', '--ns-proof', PROOF], 'expected --state'],
    [['--plan', 'p', '--state', '/s'], 'expected --ns-proof'],
    [[...NEEDED, '--ns-proof', '{"net":"1"}'], '--ns-proof: expected {"net":"net:[…]"'],
    [[...NEEDED, '--ns-proof', 'x'], '--ns-proof: expected'],
    [[...NEEDED, '--ns-proof', 'null'], '--ns-proof: expected'],
    [[...NEEDED, '--speed', '0'], '--speed: expected a number above 0, got "0"'],
    [[...NEEDED, '--vlans', 'x'], '--vlans: expected planned or blank, got x'],
    [[...NEEDED, '--phase', 'x'], '--phase: expected build or serve, got x'],
    [[...NEEDED, '--wrong'], '--wrong'],
  ])('refuses %j', (args, message) => {
    expect(() => parseArguments(args)).toThrow(BadArguments);
    expect(() => parseArguments(args)).toThrow(message);
  });
});

describe('ports of a simulated switch', () => {
  it.each([
    ['7', 7],
    ['gi1/0/7', 7],
    ['ge-0/0/12', 12],
    ['Port 3', 3],
  ])('%s is number %i', (name, number) => {
    expect(portNumber(name)).toBe(number);
  });

  it('must have a number', () => {
    expect(() => portNumber('uplink')).toThrow('expected a port with a number in its name');
  });

  it.each<[string[], string[], { ports: number; uplinks: number }]>([
    [['49', '50', '51', '52'], ['1', '48'], { ports: 48, uplinks: 4 }],
    [['9', '10'], ['1', '2'], { ports: 8, uplinks: 2 }],
    [[], ['1', '5'], { ports: 5, uplinks: 0 }],
    [[], [], { ports: 1, uplinks: 0 }],
    [['1', '2'], ['3', '10'], { ports: 10, uplinks: 0 }],
  ])('uplinks %j and boards on %j', (uplinks, slots, expected) => {
    expect(portCounts({ uplinks }, slots)).toEqual(expected);
  });
});

describe('the control socket', () => {
  const status = { slot: 7, stage: 'os-up', files: [{}, {}] } as unknown as BoardStatus;
  const device = (reboot?: () => void, hang?: () => void) =>
    ({ status: () => status, ...(reboot ? { reboot } : {}), ...(hang ? { hang } : {}) }) as unknown as Device;

  function target(devices: [number, Device][]): ControlTarget {
    return { devices: new Map(devices), switches: new Map(), ports: new Map() };
  }

  it('answers with status, and resets or stops boards that can be', () => {
    let reboots = 0;
    let hangs = 0;
    const rack = target([
      [
        7,
        device(
          () => reboots++,
          () => hangs++,
        ),
      ],
      [8, device()],
    ]);
    expect(answer('GET', '/boards', rack)).toMatchObject({ status: 200, body: [{ slot: 7, fileCount: 2 }, {}] });
    expect(JSON.stringify(answer('GET', '/boards', rack))).not.toContain('files');
    expect(answer('GET', '/boards/7?x=1', rack)).toEqual({ status: 200, body: status });
    expect(answer('POST', '/boards/7/reboot', rack).status).toBe(200);
    expect(answer('POST', '/boards/7/hang', rack).status).toBe(200);
    expect([reboots, hangs]).toEqual([1, 1]);
    expect(answer('POST', '/boards/8/reboot', rack).status).toBe(409);
    expect(answer('POST', '/boards/8/hang', rack).status).toBe(409);
    expect(answer('GET', '/switches', rack)).toEqual({ status: 200, body: [] });
  });

  it.each<[string, string, number]>([
    ['GET', '/', 404],
    ['GET', '/boards/99', 404],
    ['GET', '/boards/x', 404],
    ['POST', '/boards', 404],
    ['GET', '/boards/7/reboot', 405],
    ['POST', '/boards/7', 405],
    ['DELETE', '/boards/7', 405],
    ['GET', '/boards/../../etc/passwd', 404],
  ])('%s %s is %i', (method, path, code) => {
    expect(answer(method, path, target([[7, device()]])).status).toBe(code);
  });
});
