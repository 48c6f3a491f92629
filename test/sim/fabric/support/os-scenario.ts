import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { run } from '../../../../src/net/run.ts';
import type { Namespaces } from '../../../../src/sim/bundle/launch.ts';
import { bootTree } from '../../board/support/rig.ts';
import { TestRack } from './rack.ts';

/** A board with a real root from a real NFS server: up, its connection broken, up again, off. */
export async function osScenario(outside: Namespaces) {
  const rack = await TestRack.start(outside, ['4B']);
  const { ipv4, ipv6, leg } = rack.slot(1);
  for (const address of [`${ipv4.controller}/30`, `${ipv6.controller}/64`]) {
    await run('ip', ['addr', 'add', address, 'dev', leg, ...(address.includes(':') ? ['nodad'] : [])]);
  }
  const root = mkdtempSync(join(tmpdir(), 'pirack-os-'));
  try {
    makeRoot(root);
    const cmdline = [
      `root=/dev/nfs nfsroot=${ipv4.controller}:${root},vers=3,tcp rw ip=::::board-1:eth0:dhcp`,
      `pirack.ipv6=${ipv6.board}/64,${ipv6.controller}`,
    ].join(' ');
    rack.serve(1, { files: bootTree('4B', 1, { 'cmdline.txt': cmdline }) });
    await rack.power(1, true);
    const waiting = await rack.until(1, ({ reason }) => reason.startsWith('cannot mount'));
    const server = await startGanesha(root, ipv4.board);
    const up = await rack.until(1, ({ stage }) => stage === 'os-up');
    const banners = [await banner(ipv4.board), await banner(ipv6.board)];
    const connections = (await run('ss', ['-Htn', 'state', 'established', 'sport', '=', ':2049'])).stdout;

    server.kill('SIGKILL');
    const broken = await rack.until(1, ({ reason }) => reason.includes('2049'));
    await startGanesha(root, ipv4.board);
    const mended = await rack.until(1, ({ reason }) => !reason.includes('2049'));
    await rack.power(1, false);
    await rack.until(1, ({ stage }) => stage === 'off');
    const silent = await banner(ipv6.board).catch((error: Error) => error.message);
    await rack.power(1, true);
    const second = await rack.until(1, ({ stage }) => stage === 'os-up');
    return {
      waiting,
      up,
      banners,
      connections,
      broken,
      mended,
      silent,
      second,
      records: [1, 2].map((boot) => readFileSync(join(root, `var/lib/pirack/virtual-boot.${boot}`), 'utf8')),
      root,
      ipv4,
      ipv6,
      code: await rack.stop(),
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function makeRoot(root: string): void {
  chmodSync(root, 0o755);
  for (const directory of ['etc', 'usr/bin', 'var/lib/pirack']) mkdirSync(join(root, directory), { recursive: true });
  writeFileSync(join(root, 'etc/hostname'), 'board-1\n');
  writeFileSync(join(root, 'usr/bin/busybox'), 'x'.repeat(100_000));
}

/** NFSv3 over TCP, for one board. */
async function startGanesha(root: string, client: string) {
  if (!existsSync('/run/rpcbind.sock')) {
    mkdirSync('/run/ganesha', { recursive: true });
    spawn('rpcbind', ['-f', '-w'], { stdio: 'ignore' });
    for (let i = 0; i < 100 && !existsSync('/run/rpcbind.sock'); i++) await pause(50);
  }
  writeFileSync(
    '/run/ganesha/test.conf',
    `NFS_CORE_PARAM { Protocols = 3; MNT_Port = 20048; Enable_NLM = false; Enable_RQUOTA = false; Enable_UDP = false; }
     EXPORT { Export_Id = 1; Path = "${root}"; Pseudo = "/root"; FSAL { Name = VFS; } Squash = no_root_squash; SecType = sys;
       CLIENT { Clients = ${client}; Access_Type = RW; } }
     LOG { Facility { name = FILE; destination = "/run/ganesha/log"; enable = active; } }`,
  );
  const child = spawn('ganesha.nfsd', ['-F', '-f', '/run/ganesha/test.conf', '-p', '/run/ganesha/pid'], {
    stdio: 'ignore',
  });
  for (let i = 0; i < 200; i++) {
    if (await listens('127.0.0.1', 2049)) return child;
    if (child.exitCode !== null) break;
    await pause(50);
  }
  throw new Error(
    `ganesha does not serve: ${existsSync('/run/ganesha/log') ? readFileSync('/run/ganesha/log', 'utf8').slice(-2000) : 'no log'}`,
  );
}

function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

/** The first line that port 22 sends. */
function banner(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: 22, timeout: 2000 });
    socket.on('timeout', () => socket.destroy(new Error('no answer')));
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      resolve(chunk.toString('latin1'));
      socket.destroy();
    });
  });
}
