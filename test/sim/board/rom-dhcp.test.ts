import { describe, expect, it } from 'vitest';
import { vendorOptions } from '../../../src/pi/rom.ts';
import type { NetbootModel } from '../../../src/pi/tftp-names.ts';
import { VirtualBoard } from '../../../src/sim/board/board.ts';
import { boardIdentity } from '../../../src/sim/board/identity.ts';
import { seededRandom } from '../../../src/sim/board/random.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { VirtualWire } from '../../../src/sim/virtual-wire.ts';
import { parseIpv4 } from '../../../src/wire/address.ts';
import { DhcpOption } from '../../../src/wire/dhcpv4/index.ts';
import { encodeUdpFrame } from '../../../src/wire/ethernet/index.ts';
import { instantPhy, NotedOs, rig } from './support/rig.ts';
import { BOARD, ScriptedServer } from './support/scripted-server.ts';

const ascii = (text: string) => new Uint8Array(Buffer.from(text));

describe('DHCP of the boot ROM', () => {
  it.each(['3B', '3B+'] as const)(
    '%s: five DISCOVERs, five seconds apart, then nothing until power is cut',
    (model) => {
      const { board, clock, server } = rig({ model, server: { dhcpDelay: () => undefined } });
      board.powerOn();
      clock.advance(600_000);
      const times = server.dhcp.map(({ at }) => at);
      expect(times).toHaveLength(5);
      for (let i = 1; i < 5; i++) expect((times[i] as number) - (times[i - 1] as number)).toBeCloseTo(5000, 6);
      expect(board.status()).toMatchObject({ stage: 'dead', counters: { discovers: 5 } });
      server.offer(server.dhcp[4]?.packet as never);
      clock.advance(60_000);
      expect(server.requests).toEqual([]);
      board.powerOff();
      board.powerOn();
      clock.advance(60_000);
      expect(server.dhcp).toHaveLength(10);
    },
  );

  it('3B needs the three spaces in option 43, the 3B+ and the 4B do not', () => {
    const served = (model: NetbootModel, spaces: boolean) => {
      const bootOptions = () => new Map([[DhcpOption.vendorSpecific, vendorOptions(spaces)]]);
      const { board, clock } = rig({ model, server: { bootOptions } });
      board.powerOn();
      clock.advance(90_000);
      return board.status().stage === 'os-up';
    };
    expect([served('3B', true), served('3B+', true), served('4B', true)]).toEqual([true, true, true]);
    expect([served('3B', false), served('3B+', false), served('4B', false)]).toEqual([false, true, true]);
  });

  it.each<[string, NetbootModel, Map<number, Uint8Array>, boolean]>([
    ['option 66 alone', '3B', new Map([[66, ascii('10.20.0.1')]]), true],
    ['option 66 alone', '4B', new Map([[66, ascii('10.20.0.1')]]), true],
    ['option 66 in binary', '3B', new Map([[66, Uint8Array.of(10, 20, 0, 1)]]), false],
    ['option 66 in binary', '4B', new Map([[66, Uint8Array.of(10, 20, 0, 1)]]), false],
    ['a name in option 66', '3B+', new Map([[66, ascii('boot.example')]]), false],
    ['the bare string in option 43', '3B', new Map([[43, ascii('Raspberry Pi Boot   ')]]), true],
    ['the bare string in option 43', '4B', new Map([[43, ascii('Raspberry Pi Boot   ')]]), false],
    ['siaddr and nothing else', '3B', new Map(), false],
    ['siaddr and nothing else', '4B', new Map(), false],
  ])('%s for a %s', (_, model, options, boots) => {
    const { board, clock, server } = rig({ model, server: { bootOptions: () => new Map(options) } });
    board.powerOn();
    clock.advance(100_000);
    expect(board.status().stage === 'os-up').toBe(boots);
    expect(server.requests.length > 0).toBe(boots);
    if (!boots) expect(board.status().counters.offersRefused).toBeGreaterThan(0);
  });

  it('the last of options 43 and 66 wins', () => {
    const options = (order: 'first' | 'last') => {
      const name: [number, Uint8Array] = [66, ascii('10.20.0.77')];
      const menu: [number, Uint8Array] = [43, vendorOptions()];
      return new Map(order === 'first' ? [name, menu] : [menu, name]);
    };
    const stage = (order: 'first' | 'last') => {
      const { board, clock } = rig({ model: '3B', server: { bootOptions: () => options(order) } });
      board.powerOn();
      clock.advance(90_000);
      return board.status().stage;
    };
    expect(stage('first')).toBe('os-up');
    // Nobody answers ARP for 10.20.0.77, five times.
    expect(stage('last')).toBe('dead');
  });

  it('takes the OFFER that was meant for another board', () => {
    const clock = new VirtualClock();
    const wire = new VirtualWire({ clock });
    const server = new ScriptedServer({ clock, wire: wire.port(), files: new Map() });
    const boards = [1, 2].map(
      (slot) =>
        new VirtualBoard({
          identity: boardIdentity(slot, '3B'),
          wire: wire.port(),
          phy: instantPhy(),
          clock,
          random: seededRandom(slot),
          os: new NotedOs(),
        }),
    );
    const [first, second] = boards as [VirtualBoard, VirtualBoard];
    first.powerOn();
    clock.advance(100);
    second.powerOn();
    clock.runUntil(() => first.status().stage === 'hung', 30_000);
    // The second board had not even asked when the first one's OFFER came; its own DISCOVER then meets a silent server.
    clock.runUntil(() => second.status().stage === 'hung', 30_000);
    expect(server.dhcp.map(({ packet }) => packet.chaddr)).toEqual([first, second].map(({ identity }) => identity.mac));

    for (const board of boards) board.powerOff();
    for (const board of boards) board.powerOn();
    clock.runUntil(() => boards.every((board) => board.status().counters.discovers > 0), 30_000);
    clock.advance(1);
    // Both DISCOVERs are out; one OFFER, sent to the first board's MAC, gives both the same address.
    expect(boards.map((board) => board.status().address)).toEqual([BOARD, BOARD]);
  });

  it('the receive bug: no frame after the OFFER, no boot; frames at 0.6 s and 1.2 s bring it to life', () => {
    const run = (nudges: readonly number[]) => {
      const made = rig({ model: '3B', board: { isolatedPortBug: true } });
      const { board, clock, server, wire } = made;
      const outside = wire.port();
      let nudged = 0;
      let firstRequest: number | undefined;
      board.powerOn();
      for (let passed = 0; passed < 120_000 && board.status().stage !== 'os-up'; passed += 10) {
        const last = server.dhcp.at(-1);
        if (last && firstRequest === undefined && server.requests.length > 0)
          firstRequest = clock.monotonic() - last.at;
        if (last && nudged < server.dhcp.length && last.packet.xid === 0x26f30339) {
          nudged = server.dhcp.length;
          for (const at of nudges) {
            clock.after(at as never, () =>
              outside.send(
                encodeUdpFrame({
                  source: server.dhcp[0]?.packet.chaddr as never,
                  destination: board.identity.mac,
                  sourceAddress: parseIpv4('10.20.0.1'),
                  destinationAddress: BOARD,
                  sourcePort: 9,
                  destinationPort: 9,
                  checksum: true,
                  payload: new Uint8Array(1),
                }),
              ),
            );
          }
        }
        clock.advance(10);
      }
      return { stage: board.status().stage, discovers: board.status().counters.discovers, firstRequest };
    };
    expect(run([])).toMatchObject({ stage: 'dead', discovers: 5 });
    expect(run([600])).toMatchObject({ stage: 'dead' });
    expect(run([1200])).toMatchObject({ stage: 'dead' });
    const cured = run([600, 1200]);
    expect(cured.stage).toBe('os-up');
    expect(cured.firstRequest).toBeGreaterThan(1190);
    expect(cured.firstRequest).toBeLessThan(1250);
  });

  it('needs no nudge as a 3B+', () => {
    const { board, until } = rig({ model: '3B+', board: { isolatedPortBug: true } });
    board.powerOn();
    until('os-up');
    expect(board.status().counters.offersRefused).toBe(0);
  });
});

describe('ARP', () => {
  it.each<[NetbootModel, number]>([
    ['3B', 0],
    ['3B+', 1],
    ['4B', 1],
  ])('%s answers %i requests while it loads files', (model, answers) => {
    const { board, clock, server, until } = rig({ model });
    board.powerOn();
    until('firmware-tftp');
    server.arpFor(BOARD);
    clock.advance(5);
    expect(board.status().stage).toBe('firmware-tftp');
    expect(server.arpAnswers).toHaveLength(answers);
    expect(board.status().counters).toMatchObject({ arpIgnored: 1 - answers, arpReplies: answers });
  });
});
