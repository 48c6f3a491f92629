/** nfs-ganesha as a set of processes: itself, a message bus of its own, and rpcbind, without which it serves no NFSv3. */
import { open, readdir, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Logger } from 'pino';
import { type Clock, sleep } from '../../rack/clock.ts';
import { type Millis, millis, seconds } from '../../rack/units.ts';
import { readTcpLines } from '../connections.ts';
import { hasCode, messageOf, NfsServerFailed, NotPossible } from '../errors.ts';
import { ensureDirectory, replaceFile } from '../files.ts';
import { findDaemon, isAlive, isDaemon, startDaemon, stopDaemon } from './daemon.ts';
import { GaneshaBus } from './ganesha-bus.ts';
import * as config from './ganesha-config.ts';
import type { ExportWanted } from './spec.ts';

const PROGRAM = 'ganesha.nfsd';
const BUS_PROGRAM = 'dbus-daemon';
/** rpcbind(8) listens here and nowhere else, so one serves the whole machine. */
const RPCBIND_SOCKET = '/run/rpcbind.sock';
const START_LIMIT = seconds(20);
const STOP_PATIENCE = seconds(10);
const LOG_LIMIT = 8 * 1024 * 1024;
/** sun_path (unix(7)) less the terminating zero. */
const SOCKET_PATH_LIMIT = 107;

export interface ProcessOptions extends config.GaneshaSettings {
  readonly clock: Clock;
  readonly log: Logger;
}

export class GaneshaProcess {
  readonly bus: GaneshaBus;
  readonly #options: ProcessOptions;
  #pid: number | undefined;

  constructor(options: ProcessOptions) {
    if (config.busPath(options.directory).length > SOCKET_PATH_LIMIT) {
      throw new NotPossible(`cannot run an NFS server from ${options.directory}`, [
        `a path of at most ${SOCKET_PATH_LIMIT - 4} characters is needed for a socket`,
      ]);
    }
    this.#options = options;
    this.bus = new GaneshaBus(config.busPath(options.directory), options.clock);
  }

  get pid(): number | undefined {
    return this.#pid;
  }

  isRunning(): boolean {
    return this.#pid !== undefined && isDaemon(this.#pid, PROGRAM, config.configPath(this.#options.directory));
  }

  /** Takes over a server that runs with our configuration and answers. One that does not answer is stopped. */
  async adopt(): Promise<boolean> {
    const { directory, log, clock } = this.#options;
    const pid = findDaemon(PROGRAM, config.configPath(directory));
    if (pid === undefined) return false;
    this.#pid = pid;
    try {
      const exports = await this.bus.show();
      log.info({ pid, exports: exports.length }, 'nfs-ganesha runs already: adopted');
      if (!(await this.#hasOurSettings()))
        log.warn('its settings are those of an earlier version: the present ones apply when it is next started');
      return true;
    } catch (error) {
      log.warn({ pid, err: error }, 'nfs-ganesha runs but does not answer: started again');
      await stopDaemon(pid, () => this.isRunning(), STOP_PATIENCE, clock);
      this.#pid = undefined;
      return false;
    }
  }

  async #hasOurSettings(): Promise<boolean> {
    const text = await readFile(config.configPath(this.#options.directory), 'utf8').catch(() => '');
    return text.startsWith(config.renderConfig(this.#options, []));
  }

  /** Starts what is not running, with these exports. Throws NfsServerFailed with what the server's log says. */
  async launch(exports: readonly ExportWanted[]): Promise<void> {
    const { directory, clock } = this.#options;
    for (const path of [directory, `${directory}/exports`, config.recoveryPath(directory)]) {
      await ensureDirectory(path, 0o700);
    }
    await this.#writeConfiguration(exports);
    await this.ensureRpcbind();
    await this.#ensureBus();
    await rm(config.pidPath(directory), { force: true });
    const began = clock.monotonic();
    const logged = await sizeOf(config.logPath(directory));
    this.#pid = await startDaemon({
      program: PROGRAM,
      args: ['-F', '-f', config.configPath(directory), '-p', config.pidPath(directory)],
      env: { DBUS_SYSTEM_BUS_ADDRESS: config.busAddress(directory) },
      output: `${directory}/ganesha.out`,
    });
    const answers = async () =>
      (await this.bus.show().catch(() => undefined)) !== undefined && (await listens(config.NFS_PORT));
    if (await this.#until(answers, () => this.isRunning())) return;
    const state = this.isRunning()
      ? `does not answer after ${Math.round((clock.monotonic() - began) / 1000)} s`
      : 'ended while it started';
    throw new NfsServerFailed(`nfs-ganesha ${state}; its log: ${await logSince(config.logPath(directory), logged)}`);
  }

  async #writeConfiguration(exports: readonly ExportWanted[]): Promise<void> {
    const { directory } = this.#options;
    const files = new Set(exports.map(({ id }) => `${id}.conf`));
    for (const name of await readdir(`${directory}/exports`)) {
      if (!files.has(name)) await unlink(`${directory}/exports/${name}`);
    }
    for (const each of exports)
      await writeFile(config.exportPath(directory, each.id), config.renderExport(each), { mode: 0o600 });
    await replaceFile(config.configPath(directory), config.renderConfig(this.#options, exports));
  }

  /** Starts rpcbind unless one answers. True when it had to. */
  async ensureRpcbind(): Promise<boolean> {
    const { directory, log } = this.#options;
    if (await accepts(RPCBIND_SOCKET)) return false;
    log.info('starting rpcbind');
    await ensureDirectory('/run/rpcbind', 0o755);
    const pid = await startDaemon({ program: 'rpcbind', args: ['-f'], output: `${directory}/rpcbind.out` });
    const up = await this.#until(
      () => accepts(RPCBIND_SOCKET),
      () => isAlive(pid),
    );
    if (!up)
      throw new NfsServerFailed(
        `rpcbind does not listen on ${RPCBIND_SOCKET}: ${await logSince(`${directory}/rpcbind.out`, 0)}`,
      );
    return true;
  }

  async #ensureBus(): Promise<void> {
    const { directory, clock } = this.#options;
    if (await accepts(config.busPath(directory))) return;
    const file = config.busConfigPath(directory);
    const old = findDaemon(BUS_PROGRAM, `--config-file=${file}`);
    if (old !== undefined)
      await stopDaemon(old, () => isDaemon(old, BUS_PROGRAM, `--config-file=${file}`), STOP_PATIENCE, clock);
    await rm(config.busPath(directory), { force: true });
    await replaceFile(file, config.renderBusConfig(directory));
    const args = [`--config-file=${file}`, '--nofork', '--nopidfile'];
    const pid = await startDaemon({ program: BUS_PROGRAM, args, output: `${directory}/bus.out` });
    const up = await this.#until(
      () => accepts(config.busPath(directory)),
      () => isDaemon(pid, BUS_PROGRAM, `--config-file=${file}`),
    );
    if (!up)
      throw new NfsServerFailed(
        `the message bus of nfs-ganesha does not start: ${await logSince(`${directory}/bus.out`, 0)}`,
      );
  }

  /** Stops the server and its bus. rpcbind stays: others on this machine may be using it. */
  async stop(): Promise<void> {
    const { directory, clock } = this.#options;
    this.bus.close();
    const pid = this.#pid ?? findDaemon(PROGRAM, config.configPath(directory));
    if (pid !== undefined) {
      await stopDaemon(pid, () => isDaemon(pid, PROGRAM, config.configPath(directory)), STOP_PATIENCE, clock);
    }
    this.#pid = undefined;
    const argument = `--config-file=${config.busConfigPath(directory)}`;
    const bus = findDaemon(BUS_PROGRAM, argument);
    if (bus !== undefined) await stopDaemon(bus, () => isDaemon(bus, BUS_PROGRAM, argument), STOP_PATIENCE, clock);
  }

  /** Keeps the log bounded: the server opens it anew for every line. */
  async rotateLog(): Promise<void> {
    const path = config.logPath(this.#options.directory);
    if ((await sizeOf(path)) > LOG_LIMIT) await rename(path, `${path}.1`);
  }

  /** Waits for `condition` while `goesOn`; false when it did not come true in START_LIMIT. */
  async #until(condition: () => Promise<boolean>, goesOn: () => boolean): Promise<boolean> {
    const { clock } = this.#options;
    const deadline = clock.monotonic() + START_LIMIT;
    for (let pause: Millis = millis(5); clock.monotonic() < deadline; pause = millis(Math.min(50, pause * 2))) {
      if (await condition()) return true;
      if (!goesOn()) return false;
      await sleep(clock, pause);
    }
    return false;
  }
}

/** Whether somebody accepts connections on a unix socket. */
function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function listens(port: number): Promise<boolean> {
  return (await readTcpLines()).some((line) => line.localPort === port && line.state === 'listen');
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 0;
    throw error;
  }
}

/** The last lines that were written to a log after `offset`, on one line. */
async function logSince(path: string, offset: number): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const from = Math.max(offset, size - 4000);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.max(0, size - from)), 0, size - from, from);
      const lines = buffer.toString('utf8', 0, bytesRead).trim().split('\n');
      return lines.slice(-6).join(' | ') || 'nothing';
    } finally {
      await file.close();
    }
  } catch (error) {
    return `unreadable (${messageOf(error)})`;
  }
}
