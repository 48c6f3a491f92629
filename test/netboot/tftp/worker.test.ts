import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTftp, type TftpEvent, type TftpServer } from '../../../src/netboot/tftp/client.ts';
import { slotNumber } from '../../../src/rack/units.ts';
import type { Ipv4 } from '../../../src/wire/address.ts';
import { decodeTftp, encodeTftp } from '../../../src/wire/tftp/index.ts';
import { describeWith } from '../../support/needs.ts';

const ADD_ON = fileURLToPath(new URL('../../../native/build/Release/pirack_net.node', import.meta.url));
const LOOPBACK = 1;
const log = pino({ level: 'silent' });

describeWith({ files: [ADD_ON] })('the real thread', () => {
  const servers: TftpServer[] = [];
  let directory: string;
  const start = async (port: number) => {
    const server = await startTftp({ log, port });
    servers.push(server);
    return server;
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'pirack-tftp-'));
  });

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
    rmSync(directory, { recursive: true });
  });

  it('serves a leg on the loopback interface, and tells what it did', async () => {
    const content = Buffer.alloc(1300, 'boot');
    writeFileSync(join(directory, 'bootcode.bin'), content);
    const server = await start(0);
    const seen: TftpEvent[] = [];
    const complete = new Promise<void>((resolve) => {
      server.onEvent((events) => {
        seen.push(...events);
        if (events.some(({ type }) => type === 'complete')) resolve();
      });
    });
    const slot = slotNumber(1);
    const leg = { ifindex: LOOPBACK, slot, controller: '127.0.0.1' as Ipv4, board: '127.0.0.2' as Ipv4 };
    server.setLegs([leg]);
    server.setTree({ slot, assigned: false, firstStage: directory, rendered: {} });
    await server.warm(directory);

    const board = createSocket('udp4');
    board.bind(0, '127.0.0.2');
    await once(board, 'listening');
    board.send(encodeTftp({ kind: 'rrq', name: 'bootcode.bin', mode: 'octet', options: {} }), server.port, '127.0.0.1');
    const got: Buffer[] = [];
    for (let last = false; !last; ) {
      const [bytes, from] = await once(board, 'message');
      const packet = decodeTftp(bytes);
      if (packet.kind !== 'data') throw new Error(`expected DATA, got ${JSON.stringify(packet)}`);
      expect(server.linePorts).toContain(from.port);
      got.push(Buffer.from(packet.data));
      board.send(encodeTftp({ kind: 'ack', block: packet.block }), from.port, from.address);
      last = packet.data.length < 512;
    }
    expect(Buffer.concat(got).equals(content)).toBe(true);
    await complete;
    board.close();
    expect(seen.map(({ type }) => type)).toEqual(['first_request', 'request', 'complete']);
    expect(await server.stats()).toMatchObject({ complete: 1, bytes: 1300, cachedFiles: 1, eventsDropped: 0 });
  });

  it('does not start on a port that is taken, nor in a namespace that is not there', async () => {
    const { port } = await start(0);
    await expect(start(port)).rejects.toMatchObject({
      name: 'TftpUnavailable',
      cause: expect.objectContaining({ code: 'EADDRINUSE' }),
    });
    await expect(startTftp({ log, port: 0, netns: join(directory, 'gone') })).rejects.toMatchObject({
      name: 'TftpUnavailable',
      cause: expect.objectContaining({ code: 'ENOENT' }),
    });
  });
});
