/** A board that floods at full speed: its leg, or a wall that looks like one and has nobody behind it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../../src/net/run.ts';
import type { SlotPlan } from '../../../src/rack/plan.ts';
import { BenchFailed } from '../bench.ts';
import { BOARDS_NETNS, boardInterface } from '../support/legs.ts';

const FLOOD = fileURLToPath(new URL('../../support/flood/flood.ts', import.meta.url));
const WALL = 'wall';
const BOARDS = basename(BOARDS_NETNS);
/** More than one process can send: it sends what it can. */
const RATE = 1_000_000;
const LONGEST = 3600;

/** Where floods begin: apart from the boards, who would read what their neighbour is answered. */
const HOSTILE = 'hostile';

/** Makes the wall: a cable to a namespace in which nothing listens. */
export async function buildWall(): Promise<void> {
  await run('ip', ['netns', 'add', WALL]);
  await run('ip', ['netns', 'add', HOSTILE]);
  await run('ip', ['link', 'add', WALL, 'netns', HOSTILE, 'type', 'veth', 'peer', 'name', 'end', 'netns', WALL]);
  await run('ip', ['-n', WALL, 'link', 'set', 'end', 'up']);
  await run('ip', ['-n', HOSTILE, 'link', 'set', WALL, 'up']);
}

async function move(name: string, from: string, to: string): Promise<void> {
  await run('ip', ['-n', from, 'link', 'set', name, 'netns', to]);
  await run('ip', ['-n', to, 'link', 'set', name, 'up']);
}

export interface Flood {
  /** Frames a second that left. */
  stop(): Promise<number>;
}

/** @param target a leg, by its slot; or the wall, for what the sending itself costs the machine */
export async function flood(slot: SlotPlan, target: 'leg' | 'wall'): Promise<Flood> {
  const name = boardInterface(slot);
  if (target === 'leg') await move(name, BOARDS, HOSTILE);
  const where = target === 'leg' ? [] : ['netns', 'exec', WALL, 'ip'];
  const { stdout } = await run('ip', [...where, '-json', 'link', 'show', 'dev', target === 'leg' ? slot.leg : 'end']);
  const mac = (JSON.parse(stdout) as { address: string }[])[0]?.address ?? '';
  const named = {
    interface: target === 'leg' ? name : WALL,
    board: slot.ipv4.board,
    controller: slot.ipv4.controller,
    board6: slot.ipv6.board,
    controller6: slot.ipv6.controller,
    mac,
    rate: String(RATE),
    seconds: String(LONGEST),
  };
  const args = Object.entries(named).map(([name, value]) => `--${name}=${value}`);
  const child = spawn('ip', ['netns', 'exec', HOSTILE, process.execPath, FLOOD, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await firstLine(child);
  return {
    async stop() {
      const rate = await stopped(child);
      if (target === 'leg') await move(name, HOSTILE, BOARDS);
      return rate;
    },
  };
}

/** It says `flooding` when its frames are made. */
function firstLine(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new BenchFailed(`the flood ended with code ${code} before it began`)));
    child.stdout?.once('data', () => resolve());
  });
}

function stopped(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (bytes: Buffer) => {
      output += bytes.toString();
    });
    child.removeAllListeners('exit');
    child.once('close', () => {
      const line = output.split('\n').find((one) => one.startsWith('{'));
      if (line === undefined) return reject(new BenchFailed('the flood ended without saying what it sent'));
      const { sent, seconds } = JSON.parse(line) as { sent: number; seconds: number };
      resolve(sent / seconds);
    });
    child.kill('SIGTERM');
  });
}
