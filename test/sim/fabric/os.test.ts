import { expect, it } from 'vitest';
import type { BoardStatus } from '../../../src/sim/board/status.ts';
import { describeWith } from '../../support/needs.ts';
import { runSealed } from './support/sealed.ts';

interface Found {
  waiting: BoardStatus;
  up: BoardStatus;
  banners: string[];
  connections: string;
  broken: BoardStatus;
  mended: BoardStatus;
  silent: string;
  second: BoardStatus;
  records: string[];
  root: string;
  ipv4: { controller: string; board: string };
  ipv6: { board: string };
  code: number;
}

const programs = [
  'unshare',
  'setpriv',
  'nsenter',
  'ip',
  'ss',
  'snmpset',
  'ganesha.nfsd',
  'rpcbind',
  'nfs-ls',
  'nfs-cat',
  'nfs-cp',
];

describeWith({ root: true, programs })('the operating system of a virtual board', () => {
  it('reads and writes its root, holds a connection to it, and answers on port 22 while it has power', async () => {
    const found = await runSealed<Found>('os');
    const place = `${found.ipv4.controller}:${found.root}`;
    expect(found.waiting).toMatchObject({ stage: 'os-mount' });
    expect(found.waiting.reason).toContain(`cannot mount ${place}: list /:`);
    expect(found.up.reason).toMatch(/^root of board-1, \d+ entries, busybox [0-9a-f]{12}, boot 1 from it$/);
    expect(found.up).toMatchObject({ linkUp: true, address: found.ipv4.board });
    expect(found.banners).toEqual(['SSH-2.0-pirack_virtual_board\r\n', 'SSH-2.0-pirack_virtual_board\r\n']);
    expect(found.connections).toContain(`${found.ipv4.board}]:`);
    // A hard mount: the system stands, says what is wrong, and goes on when the server is back.
    expect(found.broken.stage).toBe('os-up');
    expect(found.mended).toMatchObject({ stage: 'os-up', reason: found.up.reason, bootCount: 1 });
    expect(found.silent).toMatch(/no answer|EHOSTUNREACH|ECONNREFUSED/);
    expect(found.second.reason).toContain('boot 2 from it');
    expect(found.records).toEqual([
      expect.stringMatching(/^\d{4}-.*Z boot 1 from /),
      expect.stringMatching(/^\d{4}-.*Z boot 2 from /),
    ]);
    expect(found.code).toBe(0);
  }, 120_000);
});
