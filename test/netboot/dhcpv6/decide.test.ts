import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answer6, Decision6 } from '../../../src/netboot/dhcpv6/decide.ts';
import { serverDuid } from '../../../src/netboot/dhcpv6/leg.ts';
import type { Ipv6 } from '../../../src/wire/address.ts';
import {
  codesValue,
  decodeDhcpv6,
  encodeDhcpv6,
  findOption6,
  MessageType6 as M,
  type Option6Value,
  readIaNa,
  readIaPd,
  readStatus,
  StatusCode,
} from '../../../src/wire/dhcpv6/index.ts';
import { ipv6Bytes, ipv6Text } from '../../../src/wire/ipv6-text.ts';
import { hex } from '../../wire/dhcpv4/bytes.ts';
import { PI4_INFORMATION_REQUEST, PI4_SOLICIT } from '../../wire/dhcpv6/bytes.ts';
import { ask6, BOARD, CLIENT_ID, DUID, leg6, message, na, pd, ROUTED, SERVER_ID } from './support.ts';

const answer = (decision: Decision6): Answer6 => {
  if (decision.outcome === 'ignored') throw new Error(`expected an answer, got none: ${decision.reason}`);
  // What leaves is what is looked at.
  return { ...decision, reply: decodeDhcpv6(encodeDhcpv6(decision.reply)) };
};
const all = (decision: Answer6, code: number) =>
  decision.reply.options.filter((option) => option.code === code).map(({ value }) => value);
const addresses = (decision: Answer6) =>
  all(decision, 3)
    .map(readIaNa)
    .map((ia) => ({
      iaid: ia.iaid,
      leases: ia.leases.map((one) => [ipv6Text(one.address), one.preferred, one.valid]),
      status: ia.status?.code,
    }));
const prefixes = (decision: Answer6) =>
  all(decision, 25)
    .map(readIaPd)
    .map((ia) => ({
      iaid: ia.iaid,
      leases: ia.leases.map((one) => [`${ipv6Text(one.prefix)}/${one.length}`, one.preferred, one.valid]),
      status: ia.status?.code,
    }));
const status = (decision: Answer6) => {
  const value = findOption6(decision.reply.options, 13);
  return value === undefined ? undefined : readStatus(value).code;
};
const GOOD = [BOARD, 43200, 86400];
const GOOD_PREFIX = [`${ROUTED}/56`, 43200, 86400];
const RAPID: Option6Value = { code: 14, value: new Uint8Array() };
const ORO = { code: 6, value: hex('0017 0018') };
const FOREIGN = '2001:db8:20:2::2';

describe('SOLICIT', () => {
  it('is advertised the leg’s address and prefix, with the highest preference', () => {
    const decision = answer(ask6(message(M.solicit, CLIENT_ID, na(7), pd(8), ORO)));
    expect(decision).toMatchObject({ outcome: 'advertise', effect: undefined, bindings: [] });
    expect(decision.reply.type).toBe(M.advertise);
    expect(decision.reply.transactionId).toBe(0x010203);
    expect(addresses(decision)).toEqual([{ iaid: 7, leases: [GOOD], status: undefined }]);
    expect(prefixes(decision)).toEqual([{ iaid: 8, leases: [GOOD_PREFIX], status: undefined }]);
    expect(readIaNa(all(decision, 3)[0] as Uint8Array)).toMatchObject({ t1: 21600, t2: 34560 });
    expect(decision.reply.options.map(({ code }) => code)).toEqual([1, 2, 7, 3, 25, 23, 24]);
    expect(all(decision, 7)).toEqual([Uint8Array.of(255)]);
  });

  it('with rapid commit is a REPLY that binds (§18.3.1)', () => {
    const decision = answer(ask6(message(M.solicit, CLIENT_ID, na(7), RAPID)));
    expect(decision.reply.type).toBe(M.reply);
    expect(all(decision, 14)).toHaveLength(1);
    expect(decision).toMatchObject({
      effect: 'grant',
      bindings: [{ kind: 'address', iaid: 7, lease: BOARD }],
      observation: { kind: 'os', duid: DUID, mac: 'dc:a6:32:00:53:01' },
    });
  });

  it('with rapid commit and nothing to bind is advertised nothing', () => {
    const decision = answer(ask6(message(M.solicit, CLIENT_ID, pd(1), RAPID), { leg: leg6({ routed: undefined }) }));
    expect(decision).toMatchObject({ outcome: 'advertise', effect: undefined });
    expect(prefixes(decision)).toEqual([{ iaid: 1, leases: [], status: StatusCode.noPrefixAvail }]);
  });

  it('takes what the client names for a hint', () => {
    const decision = answer(ask6(message(M.solicit, CLIENT_ID, na(7, FOREIGN))));
    expect(addresses(decision)).toEqual([{ iaid: 7, leases: [GOOD], status: undefined }]);
  });

  it('of two associations gives the address to one, and no temporary ones', () => {
    const ta = { code: 4, value: hex('00000009') };
    const decision = answer(ask6(message(M.solicit, CLIENT_ID, na(1), na(2, BOARD), ta)));
    expect(addresses(decision)).toEqual([
      { iaid: 1, leases: [], status: StatusCode.noAddrsAvail },
      { iaid: 2, leases: [GOOD], status: undefined },
    ]);
    expect(Buffer.from(all(decision, 4)[0] as Uint8Array).toString('hex')).toMatch(/^00000009000d[0-9a-f]{4}0002/);
  });

  it('tells only what was asked for', () => {
    const decision = answer(ask6(message(M.solicit, CLIENT_ID, na(1))));
    expect(decision.reply.options.map(({ code }) => code)).toEqual([1, 2, 7, 3]);
  });
});

describe('the EEPROM of a Pi 4', () => {
  const leg = leg6({ bootServer: '2001:db8:20:1::1' as Ipv6 });

  it('gets its boot file URL, and its boot begins', () => {
    const decision = answer(ask6(decodeDhcpv6(PI4_SOLICIT), { leg }));
    expect(Buffer.from(all(decision, 59)[0] as Uint8Array).toString()).toBe('tftp://[2001:db8:20:1::1]/');
    expect(addresses(decision)).toEqual([{ iaid: 0, leases: [GOOD], status: undefined }]);
    expect(decision).toMatchObject({ heard: 'discover', sent: 'offer', observation: { kind: 'eeprom' } });
  });

  it('with an address of its own asks for the URL alone', () => {
    const decision = answer(ask6(decodeDhcpv6(PI4_INFORMATION_REQUEST), { leg }));
    expect(decision.reply.type).toBe(M.reply);
    expect(decision.reply.options.map(({ code }) => code)).toEqual([1, 2, 59]);
    expect(decision).toMatchObject({ effect: undefined, heard: 'discover', sent: 'offer' });
  });

  it('gets the file that it wants, by what it says it is', () => {
    const url = (...architectures: number[]) => {
      const architecture = { code: 61, value: codesValue(architectures) };
      const [value] = all(answer(ask6(message(M.solicit, CLIENT_ID, na(1), architecture), { leg })), 59);
      return value && Buffer.from(value).toString();
    };
    expect(url(0x29)).toBe('tftp://[2001:db8:20:1::1]/');
    expect(url(0x0b)).toBe('tftp://[2001:db8:20:1::1]/EFI/BOOT/BOOTAA64.EFI');
    // x86 UEFI, and UEFI that boots over HTTP: there is nothing here for them.
    expect(url(0x07)).toBeUndefined();
    expect(url(0x13)).toBeUndefined();
  });

  it('of a slot that boots by IPv4 gets none', () => {
    expect(all(answer(ask6(decodeDhcpv6(PI4_SOLICIT))), 59)).toEqual([]);
  });
});

describe('REQUEST', () => {
  it('binds, and the answer says so', () => {
    const decision = answer(ask6(message(M.request, CLIENT_ID, SERVER_ID, na(7, BOARD), pd(8, [ROUTED, 56]), ORO)));
    expect(decision).toMatchObject({
      outcome: 'reply',
      effect: 'grant',
      bindings: [
        { kind: 'address', iaid: 7, lease: BOARD },
        { kind: 'prefix', iaid: 8, lease: `${ROUTED}/56` },
      ],
    });
    expect(decision.reply.options.map(({ code }) => code)).toEqual([1, 2, 3, 25, 23, 24]);
  });

  it('for an address of another leg is NotOnLink (§18.3.2), and nothing is bound', () => {
    const decision = answer(ask6(message(M.request, CLIENT_ID, SERVER_ID, na(7, FOREIGN))));
    expect(addresses(decision)).toEqual([{ iaid: 7, leases: [], status: StatusCode.notOnLink }]);
    expect(decision).toMatchObject({ effect: undefined, bindings: [] });
  });

  it('for another address of the leg gets the one that is given out', () => {
    const decision = answer(ask6(message(M.request, CLIENT_ID, SERVER_ID, na(7, '2001:db8:20:1::99'))));
    expect(addresses(decision)).toEqual([{ iaid: 7, leases: [GOOD], status: undefined }]);
  });

  it('by a client with another DUID gets the same address: it is the leg’s', () => {
    const other = { code: 1, value: hex('0004 11111111111111111111111111111111') };
    const decision = answer(ask6(message(M.request, other, SERVER_ID, na(99))));
    expect(addresses(decision)).toEqual([{ iaid: 99, leases: [GOOD], status: undefined }]);
    expect(decision.observation.mac).toBeUndefined();
  });
});

describe('RENEW and REBIND', () => {
  it.each([
    ['RENEW', message(M.renew, CLIENT_ID, SERVER_ID, na(7, BOARD), pd(8, [ROUTED, 56]))],
    ['REBIND', message(M.rebind, CLIENT_ID, na(7, BOARD), pd(8, [ROUTED, 56]))],
  ])('%s gets its lifetimes anew', (_name, packet) => {
    const decision = answer(ask6(packet));
    expect(addresses(decision)).toEqual([{ iaid: 7, leases: [GOOD], status: undefined }]);
    expect(prefixes(decision)).toEqual([{ iaid: 8, leases: [GOOD_PREFIX], status: undefined }]);
    expect(decision.effect).toBe('grant');
  });

  it('what is not the leg’s is told to be over, beside what is', () => {
    const packet = message(M.rebind, CLIENT_ID, na(7, FOREIGN), pd(8, [ROUTED, 64]));
    expect(addresses(answer(ask6(packet)))).toEqual([{ iaid: 7, leases: [GOOD, [FOREIGN, 0, 0]], status: undefined }]);
    expect(prefixes(answer(ask6(packet)))).toEqual([
      { iaid: 8, leases: [GOOD_PREFIX, [`${ROUTED}/64`, 0, 0]], status: undefined },
    ]);
  });

  it('a prefix that is no longer routed is over', () => {
    const leg = leg6({ routed: undefined });
    const decision = answer(ask6(message(M.renew, CLIENT_ID, SERVER_ID, pd(8, [ROUTED, 56])), { leg }));
    expect(prefixes(decision)).toEqual([
      { iaid: 8, leases: [[`${ROUTED}/56`, 0, 0]], status: StatusCode.noPrefixAvail },
    ]);
    expect(decision.effect).toBeUndefined();
  });
});

describe('CONFIRM (§18.3.3)', () => {
  it('of addresses on the leg is Success', () => {
    const decision = answer(ask6(message(M.confirm, CLIENT_ID, na(7, BOARD, '2001:db8:20:1::77'))));
    expect(status(decision)).toBe(StatusCode.success);
    expect(decision.effect).toBeUndefined();
  });

  it('of one that is not is NotOnLink', () => {
    expect(status(answer(ask6(message(M.confirm, CLIENT_ID, na(7, BOARD, FOREIGN)))))).toBe(StatusCode.notOnLink);
  });

  it('of nothing gets no answer', () => {
    expect(ask6(message(M.confirm, CLIENT_ID, na(7)))).toMatchObject({ cause: 'nothing-to-confirm' });
  });
});

describe('RELEASE and DECLINE', () => {
  it.each([
    [M.release, /released/],
    [M.decline, /in use on its leg/],
  ])('type %i ends what is bound, and tells of what never was', (type, reason) => {
    const decision = answer(
      ask6(message(type, CLIENT_ID, SERVER_ID, na(7, BOARD), na(8, FOREIGN), pd(9, [ROUTED, 56]))),
    );
    expect(status(decision)).toBe(StatusCode.success);
    expect(decision).toMatchObject({
      effect: 'end',
      bindings: [
        { kind: 'address', iaid: 7, lease: BOARD },
        { kind: 'prefix', iaid: 9, lease: `${ROUTED}/56` },
      ],
    });
    expect(addresses(decision)).toEqual([{ iaid: 8, leases: [], status: StatusCode.noBinding }]);
    expect(decision.reason).toMatch(reason);
  });
});

describe('INFORMATION-REQUEST', () => {
  it('gets parameters, without a client identifier too', () => {
    const decision = answer(ask6(message(M.informationRequest, ORO)));
    expect(decision.reply.options.map(({ code }) => code)).toEqual([2, 23, 24]);
  });
});

describe('what gets no answer (§16)', () => {
  const other = { code: 2, value: hex('0003 0001 020000000099') };
  it.each<[string, Parameters<typeof ask6>[0], boolean, string]>([
    ['SOLICIT without a client identifier', message(M.solicit, na(1)), false, 'no-client-id'],
    ['SOLICIT with a server identifier', message(M.solicit, CLIENT_ID, SERVER_ID), false, 'unexpected-server-id'],
    ['REQUEST without a server identifier', message(M.request, CLIENT_ID, na(1)), false, 'no-server-id'],
    ['REQUEST for another server', message(M.request, CLIENT_ID, other, na(1)), false, 'other-server'],
    ['RENEW for another server', message(M.renew, CLIENT_ID, other, na(1)), false, 'other-server'],
    ['REBIND with a server identifier', message(M.rebind, CLIENT_ID, SERVER_ID), false, 'unexpected-server-id'],
    ['CONFIRM with a server identifier', message(M.confirm, CLIENT_ID, SERVER_ID), false, 'unexpected-server-id'],
    ['INFORMATION-REQUEST for another server', message(M.informationRequest, other), false, 'other-server'],
    ['INFORMATION-REQUEST with an IA', message(M.informationRequest, na(1)), false, 'identity-association'],
    ['SOLICIT by unicast', message(M.solicit, CLIENT_ID, na(1)), true, 'unicast'],
    ['ADVERTISE', message(M.advertise, CLIENT_ID), false, 'server-message'],
    ['REPLY', message(M.reply, CLIENT_ID), false, 'server-message'],
    ['RECONFIGURE', message(M.reconfigure, CLIENT_ID), false, 'server-message'],
    ['a type that is none', message(99, CLIENT_ID), false, 'unknown-type'],
    ['a broken IA_NA', message(M.solicit, CLIENT_ID, { code: 3, value: hex('00') }), false, 'malformed-option'],
    ['a DUID of one byte', message(M.solicit, { code: 1, value: hex('00') }), false, 'malformed-option'],
  ])('%s', (_what, packet, unicast, cause) => {
    expect(ask6(packet, { unicast })).toMatchObject({ outcome: 'ignored', cause });
  });

  it('REQUEST by unicast is told to use multicast, and binds nothing', () => {
    const decision = answer(ask6(message(M.request, CLIENT_ID, SERVER_ID, na(1)), { unicast: true }));
    expect(status(decision)).toBe(StatusCode.useMulticast);
    expect(addresses(decision)).toEqual([]);
    expect(decision.effect).toBeUndefined();
  });
});

describe('the server’s identifier', () => {
  it('is a UUID that is the same for a rack, and another for another', () => {
    expect(serverDuid('oak')).toBe(serverDuid('oak'));
    expect(serverDuid('oak')).not.toBe(serverDuid('elm'));
    expect(serverDuid('oak')).toMatch(/^0004[0-9a-f]{12}8[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  });
});

it('whatever a client sends, no address or prefix but the leg’s own is ever given', () => {
  const address = fc.constantFrom(BOARD, FOREIGN, '2001:db8:20:1::9', '::', 'fe80::1');
  const option = fc.oneof(
    fc.constantFrom(CLIENT_ID, SERVER_ID, RAPID, ORO),
    fc.tuple(fc.nat(3), fc.array(address, { maxLength: 3 })).map(([iaid, list]) => na(iaid, ...list)),
    fc
      .tuple(fc.nat(3), fc.array(address, { maxLength: 2 }), fc.constantFrom(56, 64))
      .map(([iaid, list, length]) => pd(iaid, ...list.map((text): [string, number] => [text, length]))),
    fc.tuple(fc.nat(70), fc.uint8Array({ maxLength: 40 })).map(([code, value]) => ({ code: code + 1, value })),
  );
  const packets = fc
    .tuple(fc.integer({ min: 1, max: 13 }), fc.nat(3), fc.array(option, { maxLength: 7 }))
    .map(([type, ids, options]) => message(type, ...[CLIENT_ID, SERVER_ID].slice(0, ids), ...options));
  let granted = 0;
  const property = fc.property(packets, fc.boolean(), fc.boolean(), (packet, unicast, routed) => {
    const decision = ask6(packet, { unicast, leg: leg6(routed ? {} : { routed: undefined }) });
    if (decision.outcome === 'ignored') return;
    const decoded = answer(decision);
    if (decoded.effect === 'grant') granted++;
    for (const ia of addresses(decoded)) {
      for (const [text, , valid] of ia.leases) if (valid !== 0) expect(text).toBe(BOARD);
    }
    for (const ia of prefixes(decoded)) {
      for (const [text, , valid] of ia.leases) if (valid !== 0) expect([text, routed]).toEqual([`${ROUTED}/56`, true]);
    }
  });
  fc.assert(property, { numRuns: 5000 });
  expect(granted).toBeGreaterThan(50);
});

describe('IPv6 text (RFC 5952)', () => {
  it.each([
    ['::', '::'],
    ['::1', '::1'],
    ['2001:0db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['fe80:0:0:0:0:0:0:0', 'fe80::'],
    ['0:0:1:0:0:0:0:1', '0:0:1::1'],
  ])('%s is written %s', (given, text) => expect(ipv6Text(ipv6Bytes(given)) as Ipv6).toBe(text));
});
