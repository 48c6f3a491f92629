import { describe, expect, it } from 'vitest';
import { bootTree, content, losing, rig } from './support/rig.ts';

describe('EEPROM of a Pi 4', () => {
  it('asks every 4 s for 45 s, then starts over for ever', () => {
    const { board, clock, server } = rig({ model: '4B', server: { dhcpDelay: () => undefined } });
    board.powerOn();
    clock.advance(45_000 + 4000);
    expect(server.dhcp).toHaveLength(12);
    expect(new Set(server.dhcp.map(({ packet }) => packet.xid)).size).toBe(12);
    expect(board.status().reason).toContain('no OFFER within 45000 ms');
    clock.advance(600_000);
    expect(server.dhcp.length).toBeGreaterThan(100);
    expect(board.status().stage).toBe('rom-dhcp');
  });

  it('does not take an OFFER for another MAC', () => {
    const { board, clock, server } = rig({ model: '4B', server: { dhcpDelay: () => undefined } });
    board.powerOn();
    clock.runUntil(() => server.dhcp.length === 1, 60_000);
    const { packet } = server.dhcp[0] as (typeof server.dhcp)[0];
    server.offer({ ...packet, chaddr: 'dc:a6:32:00:00:01' as never });
    server.offer({ ...packet, xid: packet.xid ^ 1 });
    clock.advance(1);
    expect(board.status().counters).toMatchObject({ offers: 0, offersRefused: 2 });
    server.offer(packet);
    clock.advance(1);
    expect(board.status().counters.requests).toBe(1);
  });

  it('waits 30 s for a file, then tries the network anew', () => {
    const { board, clock, server, until } = rig({
      model: '4B',
      wire: { drop: losing(2, (name) => name.includes('/start4.elf')) },
    });
    board.powerOn();
    clock.runUntil(() => server.dhcp.length > 2, 60_000);
    const [first, , second] = server.dhcp as [(typeof server.dhcp)[0], unknown, (typeof server.dhcp)[0]];
    expect(second.at - first.at).toBeGreaterThan(30_000);
    until('os-up');
    expect(board.status().counters.filesLost).toBe(1);
  });

  it('never asks the network with the BOOT_ORDER of a new board', () => {
    const eeprom = {
      bootOrder: 0xf41,
      netBootMaxRetries: 0,
      dhcpTimeout: 45_000,
      dhcpReqTimeout: 4000,
      tftpFileTimeout: 30_000,
    };
    const { board, clock, wire } = rig({ model: '4B', board: { eeprom } });
    board.powerOn();
    clock.advance(300_000);
    expect(wire.sent).toBe(0);
    expect(board.status()).toMatchObject({ stage: 'power-on', linkUp: false });
    expect(board.status().reason).toContain('0xf41');
  });

  it('stops where its BOOT_ORDER says so', () => {
    const eeprom = {
      bootOrder: 0xe2,
      netBootMaxRetries: 1,
      dhcpTimeout: 5000,
      dhcpReqTimeout: 4000,
      tftpFileTimeout: 30_000,
    };
    const { board, clock, server } = rig({ model: '4B', board: { eeprom }, server: { dhcpDelay: () => undefined } });
    board.powerOn();
    clock.advance(300_000);
    expect(board.status()).toMatchObject({ stage: 'dead', reason: 'BOOT_ORDER 0xe2 ends in STOP' });
    expect(server.dhcp).toHaveLength(4);
  });

  it('fetches the update that a signature announces', () => {
    const { board, until } = rig({
      model: '4B',
      files: bootTree('4B', 1, { 'pieeprom.sig': 'ts: 1', 'pieeprom.upd': content(9000) }),
    });
    board.powerOn();
    until('os-up');
    const names = board.status().files.map(({ name }) => name.split('/').at(-1));
    expect(names.indexOf('pieeprom.upd')).toBe(names.indexOf('pieeprom.sig') + 1);
  });
});
