import fc from 'fast-check';
import library from 'net-snmp';
import { beforeEach, describe, expect, it } from 'vitest';
import { millis } from '../../../src/rack/units.ts';
import type { Agent } from '../../../src/sim/switch/agent.ts';
import { createAgent } from '../../../src/sim/switch/agent.ts';
import { noFaults } from '../../../src/sim/switch/faults.ts';
import { TAG } from '../../../src/sim/switch/mib.ts';
import { peekV3 } from '../../../src/sim/switch/usm.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { ACCESS, log, SECRETS } from '../../switches/support/rig.ts';

/** Where the library remembers the keys that it made, for ever. */
const netSnmp = library as unknown as { Authentication: { authToKeyCache: Record<string, unknown> } };

const FROM = { address: '192.0.2.1', port: 4_000 };
const ENGINE = Buffer.from('800000000500112233445566', 'hex');

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const tlv = (tag: number, ...parts: Buffer[]) => {
  const value = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, 0x82, value.length >> 8, value.length & 0xff]), value]);
};

/** An SNMPv2c GET of sysUpTime.0, or what the tag makes of it. */
const v2c = (community: string, pdu = 0xa0) =>
  tlv(
    0x30,
    hex('020101'),
    tlv(0x04, Buffer.from(community)),
    tlv(pdu, hex('0201 07 020100 020105'), tlv(0x30, tlv(0x30, hex('06082b06010201010300 0500')))),
  );

/** An SNMPv3 message with the given engine, user and flags. */
const v3 = (
  engine: Buffer,
  user: string,
  flags: number,
  digest = Buffer.alloc(0),
  scoped = tlv(0x04, Buffer.alloc(32, 0xaa)),
) =>
  tlv(
    0x30,
    hex('020103'),
    tlv(0x30, hex('020163 020300ffe3 0401'), Buffer.from([flags]), hex('020103')),
    tlv(
      0x04,
      tlv(
        0x30,
        tlv(0x04, engine),
        hex('020101 020100'),
        tlv(0x04, Buffer.from(user)),
        tlv(0x04, digest),
        tlv(0x04, Buffer.alloc(8)),
      ),
    ),
    scoped,
  );
const plainScoped = tlv(0x30, tlv(0x04, ENGINE), hex('0400'), tlv(0xa0, hex('020107 020100 020100'), tlv(0x30)));

let sent: Buffer[];
let agent: Agent;
let clock: VirtualClock;
let faults: ReturnType<typeof noFaults>;
let asked: string[];
beforeEach(() => {
  sent = [];
  asked = [];
  clock = new VirtualClock();
  faults = noFaults();
  agent = createAgent({
    access: ACCESS,
    answer: (request) => {
      asked.push(request.kind);
      const varbinds = request.varbinds.map(({ oid }) => ({ oid, type: TAG.TimeTicks, value: 5 }));
      return { errorStatus: 0, errorIndex: 0, varbinds };
    },
    engine: () => ({ id: ENGINE, boots: 1, time: 0 }),
    engineId: ENGINE,
    send: (bytes, to) => {
      if (to.port === 0) throw new RangeError('port 0');
      sent.push(bytes);
    },
    clock,
    random: () => 0.5,
    faults,
    log,
  });
});

/** The usmStats counter that a report names. */
const reported = (): number[] =>
  sent.map((bytes) => {
    const at = bytes.indexOf(hex('060a2b060106030f0101'));
    return at < 0 ? -1 : bytes[at + 10]!;
  });

describe('an agent', () => {
  it('answers a community that it knows', () => {
    agent.receive(v2c(SECRETS.READ_COMMUNITY), FROM);
    expect(sent).toHaveLength(1);
    expect(sent[0]!.subarray(-3)).toEqual(hex('430105'));
  });

  it.each([
    ['another community', () => v2c('public')],
    ['a trap', () => v2c(SECRETS.READ_COMMUNITY, 0xa7)],
    ['a response', () => v2c(SECRETS.READ_COMMUNITY, 0xa2)],
    ['SNMPv1', () => Buffer.from(v2c(SECRETS.READ_COMMUNITY).toString('hex').replace('020101', '020100'), 'hex')],
  ])('says nothing to %s', (_title, datagram) => {
    agent.receive(datagram(), FROM);
    expect([sent, asked]).toEqual([[], []]);
  });

  it.each([
    ['discovery', Buffer.alloc(0), '', 4, 4],
    ['another engine', Buffer.from('8000000001', 'hex'), 'pirack', 7, 4],
    ['an unknown user', ENGINE, 'nobody', 7, 3],
    ['a wrong digest', ENGINE, 'pirack', 7, 5],
    ['no authentication where it is due', ENGINE, 'pirack', 4, 5],
  ])('answers %s with a report', (_title, engine, user, flags, stat) => {
    const scoped = (flags & 2) !== 0 ? undefined : plainScoped;
    agent.receive(v3(engine, user, flags, Buffer.alloc((flags & 1) !== 0 ? 24 : 0), scoped), FROM);
    expect(reported()).toEqual([stat]);
    expect(asked).toEqual([]);
  });

  it('answers no request of nobody', () => {
    agent.receive(v3(ENGINE, '', 4, Buffer.alloc(0), plainScoped), FROM);
    agent.receive(v3(ENGINE, '', 0, Buffer.alloc(0), plainScoped), FROM);
    expect(asked).toEqual([]);
  });

  it('reports nothing to who does not want reports', () => {
    agent.receive(v3(Buffer.alloc(0), '', 0), FROM);
    expect(sent).toEqual([]);
  });

  it('answers one after the other when it is slow, and loses what is too much', () => {
    faults.slow = millis(10);
    for (let round = 0; round < 200; round += 1) agent.receive(v2c(SECRETS.READ_COMMUNITY), FROM);
    clock.advance(95);
    expect(sent).toHaveLength(9);
    clock.advance(10_000);
    expect(sent).toHaveLength(128);
    expect(agent.counts).toMatchObject({ received: 200, answered: 128, dropped: 72 });
  });

  it('forgets the answers that it still owes', () => {
    faults.slow = millis(10);
    for (let round = 0; round < 20; round += 1) agent.receive(v2c(SECRETS.READ_COMMUNITY), FROM);
    agent.forget();
    clock.advance(1_000);
    expect(sent).toEqual([]);
    agent.receive(v2c(SECRETS.READ_COMMUNITY), FROM);
    clock.advance(1_000);
    expect(sent).toHaveLength(1);
  });
});

describe('a flood', () => {
  it('of engine IDs leaves nothing behind', () => {
    const keys = () => Object.keys(netSnmp.Authentication.authToKeyCache).length;
    agent.receive(v3(ENGINE, 'pirack', 7, Buffer.alloc(24)), FROM);
    const before = keys();
    expect(before).toBeGreaterThan(0);
    for (let id = 0; id < 1_000; id += 1) {
      agent.receive(
        v3(Buffer.from(`80000000${id.toString(16).padStart(8, '0')}`, 'hex'), 'pirack', 7, Buffer.alloc(24)),
        FROM,
      );
    }
    expect(keys()).toBe(before);
    expect(agent.counts.reports).toBe(1_001);
  });

  it('from a port that cannot be answered is survived, at once and later', () => {
    const nowhere = { address: '192.0.2.1', port: 0 };
    agent.receive(v2c(SECRETS.READ_COMMUNITY), nowhere);
    faults.slow = millis(10);
    agent.receive(v2c(SECRETS.READ_COMMUNITY), nowhere);
    clock.advance(1_000);
    expect(agent.counts.dropped).toBe(2);
  });
});

describe('any datagram', () => {
  const seeds = [
    v2c(SECRETS.READ_COMMUNITY),
    v2c(SECRETS.WRITE_COMMUNITY, 0xa3),
    v2c(SECRETS.READ_COMMUNITY, 0xa5),
    v3(Buffer.alloc(0), '', 4),
    v3(ENGINE, 'pirack', 7, Buffer.alloc(24)),
    v3(ENGINE, '', 4, Buffer.alloc(0), plainScoped),
    v3(ENGINE, '', 4, Buffer.alloc(0), tlv(0x30, tlv(0x04, ENGINE), tlv(0x04, Buffer.from('__proto__')), tlv(0xa0))),
  ];

  it('of random octets is survived', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        agent.receive(Buffer.from(bytes), FROM);
        peekV3(bytes);
      }),
      { numRuns: 5_000 },
    );
    expect(asked).toEqual([]);
  });

  it('that was changed or cut on the way is survived', () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(change, { maxLength: 6 }),
        fc.nat(400),
        (seed, changes, length) => {
          const bytes = Buffer.from(seed.subarray(0, Math.max(1, length)));
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          agent.receive(bytes, FROM);
        },
      ),
      { numRuns: 20_000 },
    );
    // It still works, and holds nothing back.
    sent.length = 0;
    agent.receive(v2c(SECRETS.READ_COMMUNITY), FROM);
    expect(sent).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });
});
