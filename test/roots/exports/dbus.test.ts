import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { realClock } from '../../../src/net/real-clock.ts';
import { DBusConnection, DBusRefused } from '../../../src/roots/exports/dbus-connection.ts';
import { decodeMessage, encodeCall, messageLength } from '../../../src/roots/exports/dbus-message.ts';
import { exportDetail, exportIds, reasonIn } from '../../../src/roots/exports/ganesha-bus.ts';
import { DecodeError } from '../../../src/wire/cursor.ts';
import { scratchDirectory } from '../support/fake-image.ts';

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));

/** Replies of nfs-ganesha 4.3 through dbus-daemon 1.14, as received. */
const SHOW_EXPORTS =
  hex(`6c02010158010000050000005d00000006017300040000003a312e33000000000501750002000000080167002f28747429612871732828736229287362
  292873622928736229287362292873622928736229287362292928747429290000000007017300040000003a312e31000000007444046b00000000d208a108000000004001000000000000
  ea030000060000002f72756e2f610000050000004e4653763300000000000000030000004d4e54000000000000000000050000004e4d4c763400000000000000060000005251554f544100
  0000000000060000004e4653763430000000000000060000004e4653763431000000000000060000004e46537634320000000000000200000039500000000000000000000000000000000000
  00000000000000000000000000010000002f00000000000000050000004e4653763300000000000000030000004d4e54000000000000000000050000004e4d4c7634000000000000000600
  00005251554f5441000000000000060000004e4653763430000000000000060000004e4653763431000000000000060000004e46537634320000000000000200000039500000000000000000
  000000000000000000000000000000000000`);
const DISPLAY_EXPORT =
  hex(`6c02010158000000060000003d00000006017300040000003a312e3300000000050175000300000008016700117173737361287369797969757575757529
  000007017300040000003a312e3100000000ea030000060000002f72756e2f610000060000002f72756e2f6100000000000000000000300000000b00000031302e392e302e322f33320000
  00000000ff000001000000fefffffffeffffff00000000e2313003e0010000`);
const NOT_FOUND =
  hex(`6c03010132000000070000005d00000006017300040000003a312e330000000004017300260000006f72672e667265656465736b746f702e444275732e457272
  6f722e496e76616c69644172677300000501750004000000080167000173000007017300040000003a312e31000000002d0000006c6f6f6b75705f6578706f7274206661696c656420776974
  68204578706f7274206964206e6f7420666f756e6400`);

describe('D-Bus messages', () => {
  test('a call is encoded as the specification lays it out', () => {
    const call = encodeCall({
      serial: 7,
      destination: 'd.e',
      path: '/p',
      interface: 'i.f',
      member: 'M',
      args: [1002, 'x'],
    });
    expect(Buffer.from(call).toString('hex')).toBe(
      [
        '6c010001',
        '0a000000',
        '07000000',
        '48000000', // fixed part: body of 10 bytes, serial 7, fields of 72 bytes
        '01016f00',
        '02000000',
        '2f7000',
        '0000000000', // 1 path
        '02017300',
        '03000000',
        '692e6600',
        '00000000', // 2 interface
        '03017300',
        '01000000',
        '4d00',
        '000000000000', // 3 member
        '06017300',
        '03000000',
        '642e6500',
        '00000000', // 6 destination
        '08016700',
        '02717300', // 8 signature "qs"
        'ea03',
        '0000',
        '01000000',
        '7800', // 1002 and "x"
      ].join(''),
    );
  });

  test('replies of nfs-ganesha are read', () => {
    const shown = decodeMessage(SHOW_EXPORTS);
    expect(shown).toMatchObject({ type: 'return', replySerial: 2, errorName: undefined });
    expect(exportIds(shown.body)).toEqual([1002]);
    expect(exportDetail(decodeMessage(DISPLAY_EXPORT).body)).toEqual({
      id: 1002,
      path: '/run/a',
      pseudo: '/run/a',
      clients: ['10.9.0.2'],
    });
    expect(decodeMessage(NOT_FOUND)).toEqual({
      type: 'error',
      replySerial: 4,
      errorName: 'org.freedesktop.DBus.Error.InvalidArgs',
      body: ['lookup_export failed with Export id not found'],
    });
  });

  test('replies that are something else are refused', () => {
    expect(() => exportIds(decodeMessage(DISPLAY_EXPORT).body)).toThrow(/expected a list of exports/);
    expect(() => exportIds(['x', ['no struct']])).toThrow(/ids of exports/);
    expect(() => exportDetail(decodeMessage(SHOW_EXPORTS).body)).toThrow(/expected one export/);
  });

  test('a client range stays visible', () => {
    expect(
      exportDetail([
        1,
        '/a',
        '/a',
        '',
        [
          ['10.0.0.0/24', 0],
          ['fd00::2/128', 0],
        ],
      ]).clients,
    ).toEqual(['10.0.0.0/24', 'fd00::2']);
  });

  test('of a long refusal the first detail is told', () => {
    const text =
      '0 export entries in /x added because (invalid param value) errors. Details:\nConfig File (/x:3): IPv4 addr (1.2) bad\nConfig File (/x:3): 1 errors\n';
    expect(reasonIn(text)).toBe('IPv4 addr (1.2) bad');
    expect(reasonIn('lookup_export failed')).toBe('lookup_export failed');
  });

  test('any bytes give a message or a DecodeError', () => {
    const seeds = [SHOW_EXPORTS, DISPLAY_EXPORT, NOT_FOUND];
    const mutated = fc
      .tuple(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(500), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }),
        fc.nat(500),
      )
      .map(([seed, changes, cut]) => {
        const bytes = Uint8Array.from(cut % 4 === 0 ? seed.subarray(0, cut) : seed);
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated), (bytes) => {
        for (const read of [messageLength, decodeMessage]) {
          try {
            read(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeError);
          }
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('a signature that nests for ever is refused', () => {
    const bytes = Uint8Array.from(DISPLAY_EXPORT);
    const at = Buffer.from(bytes).indexOf('qsssa(siyyiuuuuu)');
    bytes.fill('a'.charCodeAt(0), at, at + 17);
    expect(() => decodeMessage(bytes)).toThrow(DecodeError);
  });
});

/** A bus that is played by `play`, from what it is sent. */
async function fakeBus(play: (socket: Socket, sent: Buffer) => void): Promise<string> {
  const path = join(scratchDirectory(), 'bus');
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => play(socket, data));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return path;
}

describe('a connection to a bus', () => {
  test('that is not let in says so', async () => {
    const path = await fakeBus((socket) => socket.write('REJECTED ANONYMOUS\r\n'));
    await expect(DBusConnection.open(path, realClock)).rejects.toThrow(/does not let us in.*REJECTED/);
  });

  test('that is closed fails what is waiting, and everything later', async () => {
    const path = await fakeBus((socket, sent) => {
      if (sent.includes('AUTH')) socket.write('OK 1234\r\n');
      else socket.end();
    });
    await expect(DBusConnection.open(path, realClock)).rejects.toThrow(/closed the connection/);
    await expect(DBusConnection.open(`${path}.absent`, realClock)).rejects.toThrow(/ENOENT/);
  });

  test('takes replies in pieces and out of order, and passes refusals on', async () => {
    const answer = (serial: number, text: Uint8Array): Buffer => {
      const reply = Buffer.from(text);
      // Header field 5, the serial that is answered, in both recorded replies right behind the first field.
      const at = reply.indexOf(Buffer.from([5, 1, 0x75, 0])) + 4;
      reply.writeUInt32LE(serial, at);
      return reply;
    };
    const path = await fakeBus((socket, sent) => {
      if (sent.includes('AUTH')) {
        socket.write('OK 12');
        socket.write('34\r\n');
      }
      if (sent.includes('Hello')) socket.write(answer(1, DISPLAY_EXPORT));
      if (sent.includes('Second')) {
        const replies = Buffer.concat([answer(3, NOT_FOUND), answer(99, NOT_FOUND), answer(2, SHOW_EXPORTS)]);
        for (const cut of [0, 5, 100, 101, 400])
          socket.write(replies.subarray(cut, { 0: 5, 5: 100, 100: 101, 101: 400 }[cut]));
      }
    });
    const connection = await DBusConnection.open(path, realClock);
    const call = (member: string) =>
      connection.call({ destination: 'd', path: '/p', interface: 'i', member, args: [] });
    const [first, second] = await Promise.allSettled([call('First'), call('Second')]);
    expect(first).toMatchObject({ status: 'fulfilled' });
    expect(second.status === 'rejected' && second.reason).toBeInstanceOf(DBusRefused);
    connection.close();
    await expect(call('Third')).rejects.toThrow(/was closed/);
  });

  test('to a server that sends rubbish is given up', async () => {
    const path = await fakeBus((socket, sent) => {
      socket.write(sent.includes('AUTH') ? 'OK 1\r\n' : Buffer.alloc(64, 0x42));
    });
    await expect(DBusConnection.open(path, realClock)).rejects.toBeInstanceOf(DecodeError);
  });
});
