import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Agent } from '../../../src/sim/switch/agent.ts';
import { createAgent } from '../../../src/sim/switch/agent.ts';
import { cycleColumn, limitColumn } from '../../../src/sim/switch/families/power-columns.ts';
import { DEFAULT_GROUPS } from '../../../src/sim/switch/groups.ts';
import { misbehaviour } from '../../../src/sim/switch/misbehaviour.ts';
import type { AgentRequest } from '../../../src/sim/switch/requests.ts';
import type { VirtualSwitch } from '../../../src/sim/switch/virtual-switch.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { seededRandom } from '../../switches/support/random.ts';
import { ACCESS, log, makeSwitch, plugIn, SECRETS } from '../../switches/support/rig.ts';
import { hex, integer, message, octets, oid, PDU, tlv } from './support/datagrams.ts';
import { PORT, STATIC } from './support/vlans.ts';

const FROM = { address: '192.0.2.1', port: 4_000 };
const VENDOR = '1.3.6.1.4.1.99999';

let clock: VirtualClock;
let device: VirtualSwitch;
let agent: Agent;
let sent: Buffer[];
/** What the agent would only drop a datagram for. */
let thrown: unknown[];
function start(seed: number) {
  clock = new VirtualClock();
  const random = seededRandom(seed);
  const groups = [
    ...DEFAULT_GROUPS,
    limitColumn({ oid: `${VENDOR}.4`, unit: 0.001, most: 30 }),
    cycleColumn({ oid: `${VENDOR}.5`, most: 60 }),
  ];
  device = makeSwitch(clock, {
    random,
    groups,
    lags: [{ ifName: 'T', ifIndex: 1_000, bridgePort: 24, members: [10] }],
  });
  plugIn(device, [1, 2, 3]);
  sent = [];
  thrown = [];
  const answer = (asked: AgentRequest) => {
    try {
      return device.answer(asked);
    } catch (error) {
      thrown.push(error);
      throw error;
    }
  };
  agent = createAgent({
    access: ACCESS,
    answer,
    engine: () => ({ id: Buffer.alloc(12, 0x80), boots: 1, time: 0 }),
    engineId: Buffer.alloc(12, 0x80),
    send: (bytes) => sent.push(bytes),
    clock,
    random,
    faults: device.faults,
    log,
  });
}
afterEach(() => device.close());

/** Objects that may be written, and indices that are right, wrong and absurd. */
const object = fc.constantFrom(
  ...[1, 2, 3, 4, 5].map((arc) => `1.3.6.1.2.1.17.7.1.4.3.1.${arc}`),
  ...[1, 2, 3].map((arc) => `1.3.6.1.2.1.17.7.1.4.5.1.${arc}`),
  '1.3.6.1.2.1.17.7.1.4.2.1.4',
  '1.3.6.1.2.1.17.7.1.2.2.1.2',
  '1.3.6.1.2.1.17.4.2',
  '1.3.6.1.2.1.105.1.1.1.3',
  '1.3.6.1.2.1.105.1.3.1.1.5',
  '1.3.6.1.2.1.31.1.1.1.18',
  '1.3.6.1.2.1.1.5',
  '1.3.6.1.4.1.0.105.2.1',
  `${VENDOR}.4`,
  `${VENDOR}.5`,
);
const arc = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.constantFrom(127, 128, 1_000, 4_094, 4_095, 2 ** 31, 2 ** 32 - 1),
);
const name = fc.tuple(object, fc.array(arc, { maxLength: 9 })).map(([column, index]) => [column, ...index].join('.'));
const value = fc.oneof(
  fc.integer({ min: 0, max: 6 }).map((number) => integer(number)),
  fc
    .tuple(fc.integer({ min: -3, max: 10 }), fc.constantFrom(0x02, 0x42, 0x43, 0x41))
    .map(([number, tag]) => integer(number, tag)),
  fc.tuple(fc.integer(), fc.constantFrom(0x02, 0x42)).map(([number, tag]) => integer(number, tag)),
  fc.uint8Array({ maxLength: 40 }).map(octets),
  fc.uint8Array({ minLength: 3, maxLength: 3 }).map(octets),
  fc.constantFrom(oid('1.3.6.1.2'), hex('0500'), hex('0200'), hex('4200'), hex('8000'), tlv(0x30, hex('0500'))),
);
const pdu = fc.constantFrom(...Object.values(PDU), PDU.set, PDU.set);
/** What a manager might write, so that there is something for the rest to hit. */
const row = fc.integer({ min: 1, max: 12 });
const sensible = fc.oneof(
  fc
    .tuple(row, fc.constantFrom(4, 5, 6, 4))
    .map(([vlan, status]) => [[`${STATIC}.5.${vlan}`, integer(status)] as const]),
  fc
    .tuple(row, fc.constantFrom(2, 4), fc.uint8Array({ minLength: 3, maxLength: 3 }))
    .map(([vlan, column, list]) => [
      [`${STATIC}.${column}.${vlan}`, octets(list.map((octet) => octet & 0x81))] as const,
    ]),
  fc.tuple(row, row).map(([port, vlan]) => [[`${PORT}.1.${port}`, integer(vlan, 0x42)] as const]),
);
const anything = fc
  .tuple(
    pdu,
    fc.array(fc.tuple(name, value), { maxLength: 5 }),
    fc.tuple(fc.integer({ min: -2, max: 9 }), fc.integer({ min: -2, max: 99 })),
  )
  .map(([kind, varbinds, numbers]) => message(kind, SECRETS.WRITE_COMMUNITY, varbinds, numbers));
const request = fc.oneof(
  anything,
  sensible.map((varbinds) => message(PDU.set, SECRETS.WRITE_COMMUNITY, varbinds)),
);
const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 });

describe('a whole switch, asked anything', () => {
  it('by managers who may write: it answers each, and keeps its tables right', () => {
    start(1);
    let asked = 0;
    let most = 0;
    fc.assert(
      fc.property(request, (datagram) => {
        agent.receive(datagram, FROM);
        asked += 1;
        clock.advance(3);
        most = Math.max(most, device.bridge.config.vlans.size);
        for (const { egress, untagged } of device.bridge.config.vlans.values()) {
          expect([...untagged].every((port) => egress.has(port))).toBe(true);
        }
      }),
      { numRuns: 6_000 },
    );
    // What the library itself does not read is dropped; that is not the rule.
    expect(sent.length).toBeGreaterThan(asked / 2);
    expect(most).toBeGreaterThan(3);
    expect(thrown).toEqual([]);
  });

  it('with any habits and any octets changed on the way: it survives', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.array(fc.tuple(request, changes), { minLength: 20, maxLength: 30 }),
        (seed, requests) => {
          start(seed);
          Object.assign(device.faults, misbehaviour(seed));
          for (const [datagram, changed] of requests) {
            for (const [at, octet] of changed) datagram[at % datagram.length] = octet;
            agent.receive(datagram, FROM);
            clock.advance(200);
          }
          clock.advance(60_000);
          Object.assign(device.faults, { loseRequest: 0, loseAnswer: 0, slow: 0, restartAtSet: undefined });
          sent.length = 0;
          agent.receive(message(PDU.get, SECRETS.READ_COMMUNITY, [['1.3.6.1.2.1.1.3.0', hex('0500')]]), FROM);
          expect([device.up, sent.length, thrown]).toEqual([true, 1, []]);
        },
      ),
      { numRuns: 250 },
    );
  });
});
