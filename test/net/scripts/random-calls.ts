// Calls every function of the add-on with random arguments; whatever it opens is closed again.
import { closeSync } from 'node:fs';
import fc from 'fast-check';
import { type Native, native } from '../../../src/net/native.ts';
import { answer } from '../support/bench-of-legs.ts';

const net = native();
const names = Object.keys(net).filter((name) => name !== 'layout') as Exclude<keyof Native, 'layout'>[];
const numbers = fc.oneof(fc.nat(20), fc.integer(), fc.double(), fc.constantFrom(-1, 2 ** 31, 2 ** 32, 2 ** 53, 0.5));
const binary = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc.constantFrom(4, 6, 16).chain((length) => fc.uint8Array({ minLength: length, maxLength: length })),
  fc.uint16Array(),
);
const scalars = fc.oneof(numbers, fc.boolean(), fc.string(), binary, fc.anything(), fc.constantFrom('lo', 'nope'));
// Nothing can be mounted there.
const paths = fc.constantFrom('/no/such/path', '/dev/null', 'p'.repeat(5000), '', 5);
const options = fc.record(
  {
    netns: fc.constantFrom('/proc/self/ns/net', '/proc/self/ns/mnt', '/dev/null', '/no/such/netns', 5),
    port: fc.nat(70000),
    family: fc.constantFrom(4, 6, 5),
    ifname: fc.constantFrom('lo', 'nope', 'a-name-that-is-too-long'),
    address: fc.oneof(binary, fc.nat()),
    mac: fc.oneof(fc.uint8Array({ minLength: 6, maxLength: 6 }), binary),
    types: fc.uint8Array(),
    receiveSlots: fc.nat(200),
    sendSlots: fc.nat(5000),
    slotBytes: fc.nat(70000),
    receiveBufferBytes: fc.nat(),
    bind: fc.boolean(),
    v6only: fc.boolean(),
    datagram: fc.boolean(),
    broadcast: fc.boolean(),
    promiscuous: fc.boolean(),
    source: paths,
    target: paths,
    directory: paths,
    path: paths,
    type: fc.constantFrom('tmpfs', 'no-such-type', 't'.repeat(65)),
    data: fc.constantFrom('nonsense', 'd'.repeat(5000), 5),
    name: fc.constantFrom('name', 'a/b', 'n'.repeat(300)),
    flags: fc.nat(),
  },
  { requiredKeys: [] },
);
// Nothing wrong with these: most of the calls that go through are made with them.
const valid = fc.record(
  {
    port: fc.constant(0),
    family: fc.constant(4),
    ifname: fc.constant('lo'),
    netns: fc.constant('/proc/self/ns/net'),
    types: fc.uint8Array(),
    receiveSlots: fc.integer({ min: 1, max: 128 }),
    sendSlots: fc.integer({ min: 1, max: 300 }),
    slotBytes: fc.integer({ min: 256, max: 4096 }),
    receiveBufferBytes: fc.integer({ min: 1, max: 1 << 20 }),
    bind: fc.boolean(),
    promiscuous: fc.boolean(),
    outgoing: fc.boolean(),
  },
  { requiredKeys: ['ifname'] },
);
const callback = () => {};
const argument = fc.oneof({ weight: 2, arbitrary: options }, { weight: 3, arbitrary: scalars }, fc.constant(callback));
const args = fc.oneof(
  fc.array(argument, { maxLength: 5 }),
  fc.tuple(options, fc.constant(callback)),
  fc.tuple(valid, fc.constant(callback)),
  fc.tuple(numbers, numbers, binary, fc.boolean()),
);

/** Of what the pool does. */
const promises: Promise<unknown>[] = [];
const seen = { calls: 0, thrown: 0, strange: [] as string[], rejected: 0, records: 0, sent: 0 };

function once(name: Exclude<keyof Native, 'layout'>, values: readonly unknown[]): void {
  seen.calls++;
  try {
    const result = (net[name] as (...values: readonly unknown[]) => unknown)(...values);
    if (result instanceof Promise) promises.push(result);
    else if (name === 'openDescriptor') closeSync(result as number);
    else if (name.startsWith('open')) net.close((result as { id: number }).id);
    else if (name === 'registerBody') net.releaseBody(result as number);
  } catch (error) {
    seen.thrown++;
    const { code } = error as { code?: unknown };
    if (!(error instanceof Error) || typeof code !== 'string') seen.strange.push(`${name}: ${String(error)}`);
  }
}

fc.assert(fc.property(fc.constantFrom(...names), args, once), { numRuns: 6000 });
for (const { status } of await Promise.allSettled(promises)) if (status === 'rejected') seen.rejected++;

// Send records full of nonsense, on every kind of socket: each is either sent or refused, and none is left over.
const body = net.registerBody(new Uint8Array(3000));
const word = fc.oneof(
  { weight: 3, arbitrary: fc.nat(100) },
  { weight: 2, arbitrary: fc.nat(4000) },
  { weight: 3, arbitrary: fc.constant(body) },
  fc.constant(0),
  fc.integer({ min: 0, max: 0xffffffff }),
);
const nonsense = fc.array(word, { minLength: 7, maxLength: 7 });
// Head length, body, offset, length, segment, interface, port: nearly right, or right.
const plausible = fc.tuple(
  fc.oneof(fc.nat(64), fc.nat(300)),
  fc.oneof(fc.constant(0), fc.constant(body), fc.nat(20)),
  fc.nat(100),
  fc.oneof(fc.constant(0), fc.nat(200), fc.nat(4000)),
  fc.oneof(fc.constant(0), fc.nat(100)),
  fc.oneof(fc.nat(1), fc.nat(100)),
  fc.nat(65535),
);
const record = fc.oneof(nonsense, plausible);
const SLOTS = 8;
const RECORDS = 64 + 512 + 64; // state, errors, one receive record

function sendRecords(kind: number, records: readonly (readonly number[])[], release: boolean): void {
  const sizes = { receiveSlots: 1, sendSlots: SLOTS, slotBytes: 256 };
  const own = net.registerBody(new Uint8Array(50));
  const opened = [
    () => net.openUdp4({ ...sizes, port: 0 }, callback),
    () => net.openUdp6({ ...sizes, port: 0 }, callback),
    () => net.openIcmp6({ ...sizes, types: Uint8Array.of(133) }, callback),
    () => net.openPacket({ ...sizes, ifname: 'lo' }, callback),
  ][kind]?.() as ReturnType<Native['openUdp4']>;
  const state = new Uint32Array(opened.arena, 0, 16);
  for (const [i, words] of records.entries()) {
    const at = new Uint32Array(opened.arena, RECORDS + i * 64, 16);
    at.set(words);
    if (at[1] === body && i % 2 === 0) at[1] = own;
    // Loopback, so that what is right can leave.
    if (kind === 0) at[8] = 0x7f000001;
    else new Uint8Array(at.buffer, at.byteOffset + 32, 16)[15] = 1;
  }
  if (release) net.releaseBody(own);
  net.flush(opened.id, records.length);
  net.close(opened.id);
  if (!release) net.releaseBody(own);
  seen.records += records.length;
  seen.sent += state[2] as number;
  const settled = (state[2] as number) + (state[4] as number);
  if (state[0] !== settled) seen.strange.push(`${state[0]} consumed, ${settled} sent or refused`);
  // A socket that is full keeps the rest; loopback never is.
  if (settled !== records.length) seen.strange.push(`${settled} of ${records.length} records done`);
}

const many = fc.array(record, { minLength: 1, maxLength: SLOTS });
fc.assert(fc.property(fc.nat(3), many, fc.boolean(), sendRecords), { numRuns: 1500 });
net.releaseBody(body);
answer(seen);
