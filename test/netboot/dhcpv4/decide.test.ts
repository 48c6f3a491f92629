import { describe, expect, it } from 'vitest';
import type { Answer, Decision } from '../../../src/netboot/dhcpv4/decide.ts';
import { DEFAULT_SETTINGS } from '../../../src/netboot/dhcpv4/settings.ts';
import { millis } from '../../../src/rack/units.ts';
import { parseIpv4, parseMac } from '../../../src/wire/address.ts';
import { type Dhcpv4Packet, decodeDhcpv4, encodeDhcpv4 } from '../../../src/wire/dhcpv4/index.ts';

import { EEPROM_PI4, EEPROM_PI4_REQUEST, OFFER_3B, OPTION_43, ROM_3B, ROM_3B_PLUS } from '../../wire/dhcpv4/roms.ts';
import { ask, leg, MAC, request } from './support.ts';

const BOARD = '0a140002';
const CONTROLLER = '0a140001';
const OTHER = '0a1400c8';
const board = parseIpv4('10.20.0.2');

const hexText = (value: string) => Buffer.from(value).toString('hex');
const answer = (decision: Decision): Answer => {
  if (!('reply' in decision)) throw new Error(`expected an answer, got ${decision.outcome}: ${decision.reason}`);
  return decision;
};
const options = (decision: Decision) =>
  Object.fromEntries(
    [...answer(decision).reply.options].map(([code, value]) => [code, Buffer.from(value).toString('hex')]),
  );

describe('DISCOVER of a 3B ROM', () => {
  const decision = answer(ask(decodeDhcpv4(ROM_3B), { length: ROM_3B.length }));

  it('gets the OFFER of pi-boot §1.3, byte for byte', () => {
    expect(encodeDhcpv4(decision.reply)).toEqual(OFFER_3B);
  });

  it('unicast to yiaddr, for the flags are 0', () => {
    expect(decision.delivery).toEqual({ mode: 'unicast-to-yiaddr', address: '10.20.0.2', port: 68 });
  });

  it('commits the address with the OFFER, since no REQUEST comes', () => {
    expect(decision.lease).toEqual({
      kind: 'grant',
      address: '10.20.0.2',
      mac: 'b8:27:eb:07:bc:c6',
      duration: 12 * 3600 * 1000,
      client: 'rom-3b (PXEClient:Arch:00000:UNDI:002001)',
    });
  });

  it('wakes the ROM at 0.6 s and 1.2 s with small datagrams to the discard port', () => {
    expect(decision.followUps.map(({ after, address, port }) => [after, address, port])).toEqual([
      [600, '10.20.0.2', 9],
      [1200, '10.20.0.2', 9],
    ]);
    for (const { payload } of decision.followUps) expect(payload.length).toBeLessThan(19);
  });

  it('is held back as the plan says', () => {
    const settings = { ...DEFAULT_SETTINGS, offerDelay: { ...DEFAULT_SETTINGS.offerDelay, '3B': millis(2000) } };
    const delayed = answer(ask(decodeDhcpv4(ROM_3B), { settings }));
    expect(delayed.delay).toBe(2000);
    expect(answer(ask(decodeDhcpv4(ROM_3B_PLUS), { settings })).delay).toBe(0);
  });

  it('reaches the milestones discover and offer, and tells of the board', () => {
    expect(decision).toMatchObject({ outcome: 'offer', heard: 'discover', sent: 'offer' });
    expect(decision.observation).toEqual({
      mac: 'b8:27:eb:07:bc:c6',
      kind: 'rom-3b',
      firmware: true,
      className: 'PXEClient:Arch:00000:UNDI:002001',
      model: '3B',
    });
  });
});

describe('DISCOVER of later firmware', () => {
  it('a 3B+ gets the router too, because it asks', () => {
    const decision = ask(decodeDhcpv4(ROM_3B_PLUS), { length: ROM_3B_PLUS.length });
    expect([...answer(decision).reply.options.keys()]).toEqual([53, 54, 51, 58, 59, 1, 28, 3, 60, 97, 43, 66]);
    expect(options(decision)[3]).toBe(CONTROLLER);
    expect(answer(decision)).toMatchObject({ lease: { kind: 'grant' }, observation: { serial: '4c69202e' } });
    expect(answer(decision).followUps).toHaveLength(2);
  });

  it('a Pi 4 gets the same, commits nothing yet, and needs no waking', () => {
    const decision = answer(ask(decodeDhcpv4(EEPROM_PI4), { leg: leg(2) }));
    expect(decision.reply.options.get(43)).toEqual(OPTION_43);
    expect(Buffer.from(decision.reply.options.get(66) as Uint8Array).toString()).toBe('10.20.0.5');
    expect(decision.reply).toMatchObject({ yiaddr: '10.20.0.6', siaddr: '10.20.0.5' });
    expect(decision).not.toHaveProperty('lease');
    expect(decision.followUps).toEqual([]);
    expect(decision).toMatchObject({ heard: 'discover', sent: 'offer' });
    expect(decision.observation).toMatchObject({ revision: 0xd03114, model: '4B', serial: '91cdf03d' });
  });

  it('a Pi 4 REQUEST gets an ACK with the same boot options', () => {
    const decision = answer(ask(decodeDhcpv4(EEPROM_PI4_REQUEST), { leg: leg(2) }));
    expect(decision).toMatchObject({ outcome: 'ack', lease: { kind: 'grant', address: '10.20.0.6' } });
    expect(decision.reply.options.get(43)).toEqual(OPTION_43);
    expect(Buffer.from(decision.reply.options.get(66) as Uint8Array).toString()).toBe('10.20.0.5');
    expect(decision).not.toHaveProperty('sent');
  });

  it('u-boot finds the TFTP server in siaddr and gets no PXE menu', () => {
    const decision = answer(ask(request('350101 3703010342 3c0c552d426f6f742e61726d7638 ff')));
    expect(decision.reply.siaddr).toBe('10.20.0.1');
    expect(options(decision)).toMatchObject({ 1: 'fffffffc', 3: CONTROLLER, 66: hexText('10.20.0.1') });
    expect(decision.reply.options.has(43)).toBe(false);
    expect(decision).toMatchObject({ heard: 'discover', sent: 'offer' });
  });
});

describe('DISCOVER of an operating system', () => {
  it('gets what it asks for, in its order, after what must be there', () => {
    const decision = answer(ask(request('350101 37091c0f0c2a06031a42 01 ff')));
    expect([...decision.reply.options.keys()]).toEqual([53, 54, 51, 58, 59, 1, 28, 15, 12, 42, 6, 3, 66]);
    expect(options(decision)).toMatchObject({
      53: '02',
      54: CONTROLLER,
      51: '0000a8c0',
      58: '00005460',
      59: '000093a8',
      28: '0a140003',
      15: hexText('rack.example'),
      12: hexText('pi-1'),
      42: CONTROLLER,
      6: CONTROLLER,
    });
  });

  it('gets the usual where it names nothing, and no empty lists', () => {
    const plain = { ...leg(), dnsServers: [], ntpServers: [], zone: '' };
    const decision = answer(ask(request('350101 ff'), { leg: plain }));
    expect([...decision.reply.options.keys()]).toEqual([53, 54, 51, 58, 59, 1, 3, 12, 28]);
  });

  it('is no milestone and commits nothing', () => {
    const decision = ask(request('350101 ff'));
    expect(decision).toMatchObject({ outcome: 'offer', delay: 0, followUps: [] });
    for (const field of ['lease', 'heard', 'sent']) expect(decision).not.toHaveProperty(field);
  });

  it('is offered the leg’s address, whatever it asks for and whoever it says it is', () => {
    const decision = answer(
      ask(request(`350101 3204${OTHER} 3d0701020000000009 ff`, { chaddr: parseMac('02:00:00:00:00:09') })),
    );
    expect(decision.reply.yiaddr).toBe('10.20.0.2');
  });

  it('gets its client identifier back (RFC 6842)', () => {
    expect(options(ask(request('350101 3d07010200000000 09 ff')))[61]).toBe('01020000000009');
  });

  it('gets copies of xid, flags and chaddr, and zeros elsewhere (RFC 2131 table 3)', () => {
    const { reply } = answer(ask(request('350101 ff', { secs: 9, flags: 0x8000, hops: 1 })));
    expect(reply).toMatchObject({
      op: 2,
      htype: 1,
      hlen: 6,
      hops: 0,
      xid: 0x01020304,
      secs: 0,
      flags: 0x8000,
      ciaddr: '0.0.0.0',
      yiaddr: '10.20.0.2',
      siaddr: '10.20.0.1',
      giaddr: '0.0.0.0',
      chaddr: MAC,
      sname: '',
      file: '',
    });
  });

  it('has its own name noted, made printable', () => {
    expect(answer(ask(request(`350101 0c04${hexText('a\x1bb')}00 ff`))).observation.hostName).toBe('a?b');
  });
});

describe('the answer fits what the client can take (option 57)', () => {
  const many = { ...leg(), dnsServers: Array.from({ length: 60 }, () => board) };
  const length = (decision: Decision) => encodeDhcpv4(answer(decision).reply).length;

  it('548 bytes at least, without what does not fit', () => {
    for (const max of ['', '39020000', '39020240']) {
      const decision = ask(request(`350101 ${max} 37040603 0c0f ff`), { leg: many });
      expect(length(decision)).toBeLessThanOrEqual(548);
      expect(length(decision)).toBeGreaterThan(500);
    }
    const crowded = ask(request('350101 37040603 0c0f ff'), {
      leg: { ...many, dnsServers: Array.from({ length: 63 }, () => board), hostName: 'h'.repeat(63) },
    });
    expect(length(crowded)).toBeLessThanOrEqual(548);
    expect(answer(crowded).reply.options.has(12)).toBe(false);
    expect(answer(crowded).reply.options.has(15)).toBe(true);
  });

  it('never more than an Ethernet frame holds, whatever the client says', () => {
    const huge = { ...leg(), dnsServers: Array.from({ length: 400 }, () => board) };
    const decision = ask(request('350101 3902ffff 37020603 ff'), { leg: huge });
    expect(length(decision)).toBeLessThanOrEqual(1472);
    expect(answer(decision).reply.options.has(6)).toBe(false);
  });
});

/** RFC 2131 §4.3.2 and the table of §4.3.6. */
describe('REQUEST', () => {
  const selecting = (address: string, server = CONTROLLER) => request(`350103 3204${address} 3604${server} ff`);
  const withCiaddr = (address: string, more = '') => request(`350103 ${more} ff`, { ciaddr: parseIpv4(address) });

  it.each([
    ['SELECTING the leg’s address', selecting(BOARD), false, 'SELECTING', 'unicast-to-yiaddr'],
    [
      'INIT-REBOOT with the leg’s address',
      request(`350103 3204${BOARD} ff`),
      false,
      'INIT-REBOOT',
      'unicast-to-yiaddr',
    ],
    ['RENEWING', withCiaddr('10.20.0.2'), true, 'RENEWING', 'unicast-to-ciaddr'],
    ['REBINDING', withCiaddr('10.20.0.2'), false, 'REBINDING', 'unicast-to-ciaddr'],
    [
      'SELECTING by ciaddr alone',
      withCiaddr('10.20.0.2', `3604${CONTROLLER}`),
      false,
      'SELECTING',
      'unicast-to-ciaddr',
    ],
    ['SELECTING, to be answered by broadcast', { ...selecting(BOARD), flags: 0x8000 }, false, 'SELECTING', 'broadcast'],
    [
      'RENEWING with the broadcast flag',
      { ...withCiaddr('10.20.0.2'), flags: 0x8000 },
      true,
      'RENEWING',
      'unicast-to-ciaddr',
    ],
  ])('%s: ACK', (_name, packet, unicast, state, mode) => {
    const decision = answer(ask(packet, { unicast }));
    expect(decision).toMatchObject({
      outcome: 'ack',
      lease: { kind: 'grant', address: '10.20.0.2', mac: MAC },
      delivery: { mode, address: mode === 'broadcast' ? '255.255.255.255' : '10.20.0.2', port: 68 },
      sent: 'kernel_dhcp',
      delay: 0,
      followUps: [],
    });
    expect(decision.reason).toBe(`${state}: 10.20.0.2 given to os b8:27:eb:07:bc:c6`);
    expect(decision.reply).toMatchObject({ yiaddr: '10.20.0.2', ciaddr: packet.ciaddr, siaddr: '10.20.0.1' });
    expect(options(decision)).toMatchObject({ 53: '05', 54: CONTROLLER, 51: '0000a8c0' });
    expect(decision).not.toHaveProperty('heard');
  });

  it.each([
    ['SELECTING another address', selecting(OTHER), 'SELECTING', '10.20.0.200'],
    ['INIT-REBOOT with another address', request(`350103 3204${OTHER} ff`), 'INIT-REBOOT', '10.20.0.200'],
    ['REBINDING another address', withCiaddr('10.20.0.200'), 'REBINDING', '10.20.0.200'],
    ['SELECTING the controller’s own address', selecting(CONTROLLER), 'SELECTING', '10.20.0.1'],
  ])('%s: NAK by broadcast', (_name, packet, state, asked) => {
    const decision = answer(ask(packet));
    expect(decision).toMatchObject({
      outcome: 'nak',
      reason: `${state}: ${asked} is not the address of this port, 10.20.0.2 is`,
      delivery: { mode: 'broadcast', address: '255.255.255.255', port: 68 },
      reply: { yiaddr: '0.0.0.0', ciaddr: '0.0.0.0', siaddr: '0.0.0.0' },
    });
    expect(options(decision)).toEqual({
      53: '06',
      54: CONTROLLER,
      56: hexText(`${asked} is not the address of this port`),
    });
    expect(decision).not.toHaveProperty('lease');
  });

  it('a NAK gives the client identifier back (RFC 6842)', () => {
    expect(options(ask(request(`350103 3204${OTHER} 3d020061 ff`)))[61]).toBe('0061');
  });

  it.each([
    ['another server, even for the right address', selecting(BOARD, OTHER), 'other-server'],
    ['another server, for a wrong address', selecting(OTHER, OTHER), 'other-server'],
    ['no address at all', request('350103 ff'), 'no-address'],
    ['no address, to this server', request(`350103 3604${CONTROLLER} ff`), 'no-address'],
  ])('%s: ignored', (_name, packet, cause) => {
    expect(ask(packet)).toMatchObject({ outcome: 'ignored', cause });
  });
});

describe('RELEASE, DECLINE, INFORM', () => {
  it('RELEASE of the leg’s address ends the lease, without an answer', () => {
    const packet = request(`350107 3604${CONTROLLER} ff`, { ciaddr: board });
    expect(ask(packet)).toMatchObject({
      outcome: 'released',
      lease: { kind: 'end', address: '10.20.0.2', duration: 0 },
    });
  });

  it('DECLINE of the leg’s address ends the lease, without an answer', () => {
    expect(ask(request(`350104 3604${CONTROLLER} 3204${BOARD} ff`))).toMatchObject({
      outcome: 'declined',
      lease: { kind: 'end' },
      reason: 'b8:27:eb:07:bc:c6 says 10.20.0.2 is in use on its leg',
    });
  });

  it('INFORM gets the parameters, no address and no times', () => {
    const decision = answer(ask(request('350108 3702030c ff', { ciaddr: board })));
    expect(decision).toMatchObject({
      outcome: 'ack',
      delivery: { mode: 'unicast-to-ciaddr', address: '10.20.0.2', port: 68 },
      reply: { ciaddr: '10.20.0.2', yiaddr: '0.0.0.0' },
    });
    expect([...decision.reply.options.keys()]).toEqual([53, 54, 1, 3, 12]);
    for (const field of ['lease', 'sent']) expect(decision).not.toHaveProperty(field);
  });

  it.each([
    ['RELEASE of another address', request('350107 ff', { ciaddr: parseIpv4('10.20.0.200') }), 'other-address'],
    ['RELEASE to another server', request(`350107 3604${OTHER} ff`, { ciaddr: board }), 'other-server'],
    ['DECLINE of another address', request(`350104 3204${OTHER} ff`), 'other-address'],
    ['DECLINE of no address', request('350104 ff'), 'other-address'],
    ['DECLINE to another server', request(`350104 3604${OTHER} 3204${BOARD} ff`), 'other-server'],
    ['INFORM from another address', request('350108 ff', { ciaddr: parseIpv4('10.20.0.6') }), 'other-address'],
    ['INFORM from no address', request('350108 ff'), 'other-address'],
  ])('%s: ignored', (_name, packet, cause) => {
    expect(ask(packet)).toMatchObject({ outcome: 'ignored', cause });
  });
});

describe('what gets no answer', () => {
  const discover = (fields: Partial<Dhcpv4Packet>) => request('350101 ff', fields);
  it.each([
    ['a BOOTREPLY', discover({ op: 2 }), 'not-a-request'],
    ['a relayed message', discover({ giaddr: parseIpv4('10.9.9.9') }), 'relayed'],
    ['hardware other than Ethernet', discover({ htype: 6 }), 'hardware'],
    ['a hardware address of another length', discover({ hlen: 16 }), 'hardware'],
    ['a multicast MAC', discover({ chaddr: parseMac('01:00:5e:00:00:01') }), 'hardware'],
    ['the broadcast MAC', discover({ chaddr: parseMac('ff:ff:ff:ff:ff:ff') }), 'hardware'],
    ['the zero MAC', discover({ chaddr: parseMac('00:00:00:00:00:00') }), 'hardware'],
    ['no message type', request('0c0161 ff'), 'malformed-option'],
    ['an unknown message type', request('350109 ff'), 'malformed-option'],
    ['a requested address of 3 bytes', request('350103 32030a1400 ff'), 'malformed-option'],
    ['a server identifier of 5 bytes', request('350103 36050a14000100 ff'), 'malformed-option'],
    ['an OFFER', request('350102 ff'), 'server-message'],
    ['an ACK', request('350105 ff'), 'server-message'],
    ['a NAK', request('350106 ff'), 'server-message'],
  ])('%s', (_name, packet, cause) => {
    const decision = ask(packet);
    expect(decision).toMatchObject({ outcome: 'ignored', cause });
    expect(decision.reason).not.toBe('');
  });
});

describe('delivery of an OFFER (RFC 2131 §4.1)', () => {
  it.each([
    ['no flag', {}, 'unicast-to-yiaddr', '10.20.0.2'],
    ['broadcast flag', { flags: 0x8000 }, 'broadcast', '255.255.255.255'],
    ['other flags only', { flags: 0x7fff }, 'unicast-to-yiaddr', '10.20.0.2'],
    ['ciaddr is the leg’s address', { ciaddr: board, flags: 0x8000 }, 'unicast-to-ciaddr', '10.20.0.2'],
    [
      'ciaddr is another address, which nothing is sent to',
      { ciaddr: parseIpv4('10.20.0.6') },
      'unicast-to-yiaddr',
      '10.20.0.2',
    ],
  ])('%s', (_name, fields, mode, address) => {
    expect(answer(ask(request('350101 ff', fields))).delivery).toEqual({ mode, address, port: 68 });
  });
});

it('a leg of another size tells its own mask and broadcast address', () => {
  const wide = { ...leg(), prefixLength: 24 };
  expect(options(ask(request('350101 ff'), { leg: wide }))).toMatchObject({ 1: 'ffffff00', 28: '0a1400ff' });
});
