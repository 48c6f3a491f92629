/** Random packets for property tests. */
import fc from 'fast-check';
import { ipv4FromNumber, macFromBytes } from '../../../src/wire/address.ts';
import { DhcpOption, type Dhcpv4Packet } from '../../../src/wire/dhcpv4/index.ts';

const ipv4 = fc.oneof(fc.constant(0), fc.constantFrom(0x0a140001, 0x0a140002), fc.nat(0xffffffff)).map(ipv4FromNumber);
const mac = fc.uint8Array({ minLength: 6, maxLength: 6 }).map(macFromBytes);
const text = (maxLength: number) =>
  fc.array(fc.integer({ min: 1, max: 255 }), { maxLength }).map((codes) => String.fromCharCode(...codes));
const code = fc.integer({ min: 1, max: 254 }).filter((value) => value !== DhcpOption.overload);

/** Any packet that can be encoded; options of any code, also with values that no RFC allows. */
export const anyPacket: fc.Arbitrary<Dhcpv4Packet> = fc.record({
  op: fc.constantFrom(1, 2),
  htype: fc.nat(255),
  hlen: fc.nat(16),
  hops: fc.nat(255),
  xid: fc.nat(0xffffffff),
  secs: fc.nat(65535),
  flags: fc.nat(65535),
  ciaddr: ipv4,
  yiaddr: ipv4,
  siaddr: ipv4,
  giaddr: ipv4,
  chaddr: mac,
  sname: text(64),
  file: text(128),
  options: fc
    .array(fc.tuple(code, fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ maxLength: 700 }))), {
      maxLength: 8,
    })
    .map((entries) => new Map(entries)),
});

const value = fc.uint8Array({ maxLength: 18 });
/** Mostly one of these, now and then anything. */
const mostly = (...values: Uint8Array[]) =>
  fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: value });

const likelyOptions = fc
  .record(
    {
      53: mostly(...[1, 1, 3, 3, 4, 7, 8].map((type) => Uint8Array.of(type))),
      50: mostly(Uint8Array.of(10, 20, 0, 2), Uint8Array.of(10, 20, 0, 9)),
      54: mostly(Uint8Array.of(10, 20, 0, 1), Uint8Array.of(10, 20, 0, 5)),
      55: fc.uint8Array({ minLength: 1, maxLength: 40 }),
      57: mostly(Uint8Array.of(0, 0), Uint8Array.of(2, 64), Uint8Array.of(255, 255)),
      60: mostly(Buffer.from('PXEClient:Arch:00000:UNDI:002001'), Buffer.from('udhcp 1.35.0')),
      61: value,
      81: value,
      93: value,
      94: value,
      97: fc.oneof(
        fc.constant(Uint8Array.from([0, ...new Array(16).fill(0x44)])),
        value,
        fc.uint8Array({ maxLength: 13 }).map((rest) => Uint8Array.from([0, 0x34, 0x69, 0x50, 0x52, ...rest])),
      ),
      12: value,
    },
    { requiredKeys: ['53'] },
  )
  .map((options) => new Map(Object.entries(options).map(([key, bytes]) => [Number(key), bytes as Uint8Array])));

const unicastMac = fc
  .uint8Array({ minLength: 6, maxLength: 6 })
  .map((bytes) => macFromBytes(bytes.map((byte, i) => (i === 0 ? byte & 0xfe : byte))));

/** Packets that get past the first checks more often than not. */
export const likelyRequest: fc.Arbitrary<Dhcpv4Packet> = fc
  .tuple(anyPacket, likelyOptions, unicastMac, fc.nat(9))
  .map(([packet, options, chaddr, chance]) => ({
    ...packet,
    op: 1,
    htype: 1,
    hlen: 6,
    chaddr,
    giaddr: chance > 0 ? ipv4FromNumber(0) : packet.giaddr,
    options,
  }));
