/**
 * Runs inside a network namespace of its own (see interop.test.ts): the real server on two legs, each a veth to a board's
 * namespace, and in those the TFTP clients that other people wrote. Argument: an empty directory. Prints one line of JSON.
 */
import { execFile, execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pino from 'pino';
import { Interfaces } from '../../../../src/net/interfaces.ts';
import { startTftp, type TftpEvent } from '../../../../src/netboot/tftp/client.ts';
import { slotNumber } from '../../../../src/rack/units.ts';
import type { Ipv4, Ipv6 } from '../../../../src/wire/address.ts';

export interface Fetched {
  readonly client: string;
  /** Of what arrived; null where nothing did. */
  readonly sha256: string | null;
  /** What the client complained. */
  readonly complaint: string;
}

export interface InteropReport {
  readonly sha256: Record<'kernel' | 'whole' | 'part' | 'small', string>;
  readonly fetched: Record<string, Fetched>;
  readonly events: TftpEvent[];
  readonly stats: object;
}

const run = promisify(execFile);
const directory = process.argv[2] as string;
const NPM_CLIENT = fileURLToPath(new URL('npm-client.cjs', import.meta.url));
const SERIALS = { 1: '8b07bcc6', 2: '4c69202e' } as const;
type Board = keyof typeof SERIALS;

const ip = (...args: string[]) => execFileSync('ip', args);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function makeLegs(): void {
  for (const board of [1, 2]) {
    ip('netns', 'add', `b${board}`);
    ip('link', 'add', `leg${board}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', `b${board}`);
    ip('addr', 'add', `10.0.${board}.1/30`, 'dev', `leg${board}`);
    ip('link', 'set', `leg${board}`, 'up');
    for (const command of [`addr add 10.0.${board}.2/30 dev eth0`, 'link set lo up', 'link set eth0 up']) {
      ip('-n', `b${board}`, ...command.split(' '));
    }
    // Without duplicate address detection addresses can be used at once.
    ip('addr', 'add', `2001:db8:0:${board}::1/64`, 'dev', `leg${board}`, 'nodad');
    ip('-n', `b${board}`, 'addr', 'add', `2001:db8:0:${board}::2/64`, 'dev', 'eth0', 'nodad');
  }
}

/** Loses one packet in twenty on its way in, so that the sender does not notice. */
const loses = (what: string) =>
  `table ip loss {\nchain input {\ntype filter hook input priority 0\n${what} numgen random mod 20 == 0 drop\n}\n}\n`;

const loseData = (board: Board) =>
  execFileSync('ip', ['netns', 'exec', `b${board}`, 'nft', '-f', '-'], {
    input: loses('meta l4proto udp @th,64,16 3'),
  });

/** Of ACKs only: a request or an OACK that is lost costs a client its own time-out of seconds. */
const loseAcks = (board: Board) =>
  execFileSync('nft', ['-f', '-'], { input: loses(`iifname leg${board} meta l4proto udp @th,64,16 4`) });

let number = 0;

/** `command` with REMOTE, LOCAL and HOST filled in, run as the board. */
async function fetch(board: Board, remote: string, command: string[]): Promise<Fetched> {
  const local = join(directory, `got-${++number}`);
  const fill: Record<string, string> = {
    REMOTE: remote,
    LOCAL: local,
    HOST6: `2001:db8:0:${board}::1`,
    HOST: `10.0.${board}.1`,
  };
  const args = command.map((word) => word.replace(/REMOTE|LOCAL|HOST6|HOST/g, (name) => fill[name] as string));
  const complaint = await run('ip', ['netns', 'exec', `b${board}`, ...args], { timeout: 60_000 }).then(
    ({ stderr }) => stderr,
    (error: Error & { stderr?: string }) => `${error.stderr ?? ''}${error.message}`,
  );
  let bytes: Buffer | null = null;
  try {
    bytes = readFileSync(local);
    rmSync(local);
  } catch {
    // The client made no file.
  }
  return {
    client: command[0] as string,
    sha256: bytes && sha256(bytes),
    complaint,
  };
}

const curl = (blksize: number, host = 'HOST', seconds = 50) => [
  'curl',
  '-sS',
  '-g',
  '--max-time',
  String(seconds),
  '--tftp-blksize',
  String(blksize),
  '-o',
  'LOCAL',
  `tftp://${host}/REMOTE`,
];
const atftp = (host: string, ...options: string[]) => [
  'atftp',
  ...options.flatMap((option) => ['--option', option]),
  ...['--get', '-r', 'REMOTE', '-l', 'LOCAL', host, '69'],
];
const hpa = (mode: string, host = 'HOST') => ['tftp', '-m', mode, host, '-c', 'get', 'REMOTE', 'LOCAL'];
const busybox = (blksize: number, host = 'HOST') => [
  'busybox',
  'tftp',
  '-g',
  '-b',
  String(blksize),
  '-r',
  'REMOTE',
  '-l',
  'LOCAL',
  host,
  '69',
];
const npm = (options: object) => [
  process.execPath,
  NPM_CLIENT,
  'HOST',
  '69',
  'REMOTE',
  'LOCAL',
  JSON.stringify(options),
];

async function main(): Promise<InteropReport> {
  makeLegs();
  const boot = join(directory, 'boot');
  mkdirSync(boot);
  const content = {
    kernel: randomBytes(9_000_003),
    // A whole number of blocks of 512 and of 1468 bytes.
    whole: randomBytes(1468 * 512),
    part: randomBytes(70_000),
    small: Buffer.from('arm_64bit=1\n'),
  };
  writeFileSync(join(boot, 'kernel8.img'), content.kernel);
  writeFileSync(join(boot, 'whole.bin'), content.whole);
  writeFileSync(join(boot, 'part.bin'), content.part);
  writeFileSync(join(boot, 'bootcode.bin'), content.whole);

  const server = await startTftp({ ipv6: true, log: pino({ level: 'silent' }) });
  const events: TftpEvent[] = [];
  server.onEvent((batch) => events.push(...batch));
  const interfaces = new Interfaces();
  server.setLegs(
    ([1, 2] as const).map((slot) => ({
      ifindex: interfaces.index(`leg${slot}`) as number,
      slot: slotNumber(slot),
      controller: `10.0.${slot}.1` as Ipv4,
      board: `10.0.${slot}.2` as Ipv4,
      // The second boots by IPv4 alone.
      ...(slot === 1 ? { ipv6: { controller: '2001:db8:0:1::1' as Ipv6 } } : {}),
    })),
  );
  for (const slot of [1, 2] as const) {
    server.setTree({
      slot: slotNumber(slot),
      assigned: true,
      knownSerial: SERIALS[slot],
      imageBoot: boot,
      firstStage: boot,
      rendered: { 'config.txt': content.small.toString() },
    });
  }
  // The server's thread takes its messages in order: once it answers this, it has the trees.
  await server.stats();

  const kernel = `${SERIALS[1]}/kernel8.img`;
  const whole = `${SERIALS[1]}/whole.bin`;
  const fetched: Record<string, Fetched> = {};
  const steps: [string, Board, string, string[]][] = [
    ['curl 512', 1, kernel, curl(512)],
    ['curl 1468', 1, kernel, curl(1468)],
    ['curl 8192', 1, kernel, curl(8192)],
    ['curl first stage', 2, 'bootcode.bin', curl(512)],
    ['curl rendered', 1, `${SERIALS[1]}/config.txt`, curl(512)],
    ['atftp plain', 1, kernel, atftp('HOST')],
    ['atftp 1468', 1, whole, atftp('HOST', 'blksize 1468', 'tsize 0')],
    ['atftp window 16', 1, kernel, atftp('HOST', 'blksize 1468', 'windowsize 16')],
    // More than 65,535 blocks: their numbers roll over.
    ['atftp roll-over', 1, whole, atftp('HOST', 'blksize 8', 'windowsize 32')],
    ['atftp timeout', 1, kernel, atftp('HOST', 'timeout 3', 'blksize 1024', 'windowsize 4')],
    ['tftp-hpa', 1, kernel, hpa('binary')],
    ['tftp-hpa whole blocks', 1, whole, hpa('binary')],
    ['tftp-hpa netascii', 1, whole, hpa('netascii')],
    ['busybox 512', 1, kernel, busybox(512)],
    ['busybox 1468', 1, kernel, busybox(1468)],
    ['npm window 4', 1, kernel, npm({ blockSize: 1468, windowSize: 4 })],
    ['npm window 64', 1, kernel, npm({ blockSize: 1468, windowSize: 64 })],
    ['npm window 1', 1, whole, npm({ blockSize: 512, windowSize: 1 })],
    ['IPv6 curl 1468', 1, kernel, curl(1468, '[HOST6]')],
    ['IPv6 atftp window 16', 1, kernel, atftp('HOST6', 'blksize 1468', 'windowsize 16')],
    ['IPv6 tftp-hpa', 1, whole, ['tftp', '-6', ...hpa('binary', 'HOST6').slice(1)]],
    ['IPv6 busybox 1468', 1, whole, busybox(1468, 'HOST6')],
    ['IPv6 on a leg without', 2, 'bootcode.bin', curl(512, '[HOST6]', 2)],
    ['curl foreign serial', 2, kernel, curl(512)],
    ['curl foreign config', 2, `${SERIALS[1]}/config.txt`, curl(512)],
    ['atftp foreign serial', 2, kernel, atftp('HOST')],
    ['curl no prefix', 1, 'kernel8.img', curl(512)],
    ['curl upwards', 1, `${SERIALS[1]}/..%2f..%2fetc/passwd`, curl(512)],
  ];
  for (const [name, board, remote, command] of steps) fetched[name] = await fetch(board, remote, command);
  const part = `${SERIALS[1]}/part.bin`;
  loseData(1);
  // Of atftp no ACK may be lost: it acknowledges a block that comes again once and no more.
  fetched['atftp lossy'] = await fetch(1, part, atftp('HOST'));
  fetched['atftp lossy window'] = await fetch(1, part, atftp('HOST', 'blksize 512', 'windowsize 8'));
  loseAcks(1);
  fetched['curl lossy'] = await fetch(1, part, curl(512));

  const stats = await server.stats();
  await server.stop();
  return {
    sha256: {
      kernel: sha256(content.kernel),
      whole: sha256(content.whole),
      part: sha256(content.part),
      small: sha256(content.small),
    },
    fetched,
    events,
    stats,
  };
}

process.stdout.write(`${JSON.stringify(await main())}\n`);
