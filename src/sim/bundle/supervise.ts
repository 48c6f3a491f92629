import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { run } from '../../net/run.ts';
import type { Namespaces } from './launch.ts';
import { assertFresh, assertSealed } from './sealed.ts';

export interface BundleParts {
  /** Namespaces of whoever launched the bundle. */
  readonly outside: Namespaces;
  /** Program and arguments of the process that is the boards and switches; it prints `ready` when they are there. */
  readonly sim: readonly [string, ...string[]];
  /** Program and arguments of the controller. */
  readonly controller: readonly [string, ...string[]];
}

const SIM_READY_LIMIT = 120_000;
/** A controller that dies is started again, as systemd would; this often without staying up, and it is given up. */
const MOST_RESTARTS = 10;
const STAYED_UP = 60_000;
const STOP_LIMIT = 15_000;

/**
 * The bundle's first process: prepares it, starts the virtual rack and then the controller, and keeps the controller
 * running until it is told to stop. Resolves with the exit code for the bundle.
 */
export async function superviseBundle(parts: BundleParts): Promise<number> {
  assertSealed(parts.outside);
  assertFresh();
  // A private /run: network namespaces, rpcbind and D-Bus meet there by path, and must not meet the machine's own.
  await run('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'pirack', '/run']);
  await run('mkdir', ['-p', '/run/netns', '/run/dbus', '/run/ganesha', '/run/lock', '/run/rpcbind']);
  await run('ip', ['link', 'set', 'lo', 'up']);

  let stopping = false;
  let controller: ChildProcess | undefined;
  const sim = start(parts.sim, 'pipe');
  const stop = () => {
    stopping = true;
    controller?.kill('SIGTERM');
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  const simEnded = ended(sim);
  await ready(sim, simEnded);

  let restarts = 0;
  let code = 0;
  while (!stopping) {
    const began = Date.now();
    controller = start(parts.controller, 'inherit');
    const outcome = await Promise.race([ended(controller), simEnded.then(() => 'the virtual rack ended')]);
    if (outcome === 'the virtual rack ended') {
      console.error('the process that simulates the boards ended unexpectedly');
      controller.kill('SIGTERM');
      code = 1;
      break;
    }
    if (stopping || outcome === 0) break;
    restarts = Date.now() - began > STAYED_UP ? 1 : restarts + 1;
    console.error(
      `the controller ended (${outcome}); ${restarts > MOST_RESTARTS ? 'it is not started again' : 'starting it again'}`,
    );
    if (typeof outcome === 'number' || restarts > MOST_RESTARTS) {
      // An exit code is the controller's own word that it cannot serve; a signal is not.
      code = typeof outcome === 'number' ? outcome : 1;
      break;
    }
    await pause(Math.min(100 * 2 ** restarts, 5000));
  }
  await settle(controller);
  sim.kill('SIGTERM');
  await settle(sim);
  return code;
}

function start(command: readonly [string, ...string[]], stdout: 'inherit' | 'pipe'): ChildProcess {
  const [program, ...args] = command;
  return spawn(program, args, { stdio: ['ignore', stdout, 'inherit'] });
}

/** Exit code, or the signal's name. */
function ended(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    child.once('error', (cause) => resolve(cause.message));
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'no exit code'));
  });
}

async function ready(sim: ChildProcess, simEnded: Promise<number | string>): Promise<void> {
  const lines = createInterface({ input: sim.stdout as NodeJS.ReadableStream });
  const saidReady = new Promise<'ready'>((resolve) => {
    lines.on('line', (line) => {
      if (line.trim() === 'ready') resolve('ready');
      else console.error(line);
    });
  });
  const outcome = await Promise.race([saidReady, simEnded, pause(SIM_READY_LIMIT, 'late' as const, { ref: false })]);
  if (outcome === 'ready') return;
  throw new Error(
    outcome === 'late'
      ? `expected the virtual rack to be ready within ${SIM_READY_LIMIT / 1000} s`
      : `the virtual rack ended before it was ready (${outcome})`,
  );
}

async function settle(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = ended(child);
  if ((await Promise.race([gone, pause(STOP_LIMIT, 'late' as const, { ref: false })])) === 'late')
    child.kill('SIGKILL');
}
