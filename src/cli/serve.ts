import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { ControlClient } from '../api/control/client.ts';
import type { StatusView } from '../api/control/protocol.ts';
import type { Plan } from '../rack/plan.ts';
import { firstProcess, launchBundle, type Namespaces, namespacesOf, startTicks } from '../sim/bundle/launch.ts';
import { ApiProcess, idsOf, openToApi } from './api-process.ts';
import { CliError, EXIT } from './exit.ts';
import { follow } from './live.ts';
import { imagesDirectory, socketOf, stateRoot } from './places.ts';
import { readPlan } from './rack-file.ts';
import { bootsLine } from './rack-view.ts';
import type { ControllerOptions } from './run-controller.ts';

interface ServeOptions {
  state?: string;
  watch?: boolean;
  for?: string;
  fresh?: boolean;
  plan?: boolean;
  json?: boolean;
  /** Set by the launcher of a bundle: the namespaces that it itself lives in. */
  sealedFrom?: string;
}

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

export function serveCommand(): Command {
  return new Command('serve')
    .argument('<rack-file>', 'the rack to serve')
    .description('run the controller of a rack; a virtual rack is run inside namespaces made for it')
    .option('--watch', 'show the slots while serving (virtual rack)')
    .option(
      '--for <seconds>',
      'stop when every board is up, at the latest after this long; print the figures (virtual rack)',
    )
    .option('--fresh', 'forget what is stored of this rack first: databases and roots (virtual rack)')
    .option('--plan', 'show what would be changed in the kernel’s network configuration, and change nothing')
    .option('--json', 'with --for or --plan: print the result as JSON')
    .option('--state <dir>', 'directory that holds the racks’ state (default: /var/lib/pirack for root)')
    .addHelpText(
      'after',
      `
Exit codes: 0 stopped as asked (with --for: every board is up), 1 not so, 2 wrong usage, 69 something needed is missing.
While it serves, every other command finds it through the socket STATE/RACK/control.sock.`,
    )
    .addOption(new Option('--sealed-from <namespaces>').hideHelp())
    .action(async (file: string, options: ServeOptions) => {
      process.exitCode = await serve(file, options);
      // All is closed and recorded: a job's next try, or a wait of a switch, is nothing to stay for.
      process.exit();
    });
}

async function serve(file: string, options: ServeOptions): Promise<number> {
  const root = stateRoot(options.state);
  const plan = readPlan(file, root);
  const own: ControllerOptions = {
    plan,
    stateDirectory: join(root, plan.rack),
    imagesDirectory: imagesDirectory({ state: root }),
    socket: socketOf(root, plan.rack),
  };
  if (plan.kind === 'real') {
    if (options.watch || options.for || options.fresh)
      throw new CliError(EXIT.usage, '--watch, --for and --fresh are for virtual racks');
    if (process.getuid?.() !== 0 && !options.plan) {
      throw new CliError(EXIT.missing, 'a real rack is served as root: DHCP, TFTP, interfaces and exports need it');
    }
    if (options.plan) return controller({ ...own, dryRun: true });
    return withApi(file, plan, root, (ready) => controller({ ...own, ready }));
  }
  if (options.sealedFrom !== undefined) {
    return controller({
      ...own,
      sealedFrom: JSON.parse(options.sealedFrom) as Namespaces,
      logFile: join(root, plan.rack, 'controller.log'),
    });
  }
  if (options.plan)
    throw new CliError(
      EXIT.usage,
      '--plan is for real racks: a virtual rack’s interfaces exist only while it is served',
    );
  // The API is outside of the bundle: it reaches the controller through its socket, and customers reach it on loopback.
  return withApi(file, plan, root, (ready) => {
    ready();
    return serveVirtual(file, plan, root, options);
  });
}

/** Loaded only where it is run: the commands that ask a controller start several times faster without one. */
async function controller(options: ControllerOptions): Promise<number> {
  const { runController } = await import('./run-controller.ts');
  return runController(options);
}

/** Serves the API, if the rack has one, from when the controller's socket is there until it ends. */
async function withApi(
  file: string,
  plan: Plan,
  root: string,
  serving: (ready: () => void) => Promise<number>,
): Promise<number> {
  const { api } = plan;
  if (api === undefined) return serving(() => undefined);
  // A virtual rack is for trying out, by whoever tries it.
  const ids = api.user === undefined || plan.kind === 'virtual' ? undefined : idsOf(api.user);
  const apiProcess = new ApiProcess({ rackFile: file, stateRoot: root, ids, say: console.error });
  try {
    return await serving(() => {
      if (ids !== undefined) openToApi(join(root, plan.rack), ids);
      apiProcess.start();
    });
  } finally {
    await apiProcess.stop();
  }
}

/** Launches the bundle, shows the rack from outside through the control socket, and ends the bundle. */
async function serveVirtual(file: string, plan: Plan, root: string, options: ServeOptions): Promise<number> {
  const seconds = options.for === undefined ? undefined : Number(options.for);
  if (seconds !== undefined && !(seconds > 0 && seconds <= 86_400)) {
    throw new CliError(EXIT.usage, `--for: expected seconds from 1 to 86400, got ${JSON.stringify(options.for)}`);
  }
  const directory = join(root, plan.rack);
  const client = new ControlClient(socketOf(root, plan.rack));
  if (
    await client.status().then(
      () => true,
      () => false,
    )
  ) {
    throw new CliError(
      EXIT.failed,
      `rack ${plan.rack} is being served already: \`pirack status --rack ${plan.rack}\` shows it`,
    );
  }
  if (options.fresh) rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true, mode: 0o750 });
  if (process.getuid?.() !== 0) {
    console.error('not root: boards boot up to their kernels, but no root file system can be exported to them');
  }
  const say = options.json ? console.error : console.log;
  say(`rack ${plan.rack}: making the namespaces, roots and servers of ${plan.slots.length} slots`);
  const since = Date.now();
  const outside = JSON.stringify(namespacesOf('self'));
  const bundle = launchBundle(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', MAIN, 'bundle', resolve(file), '--state', root, '--sealed-from', outside],
    ['ignore', 'inherit', 'inherit'],
  );
  const exited = new Promise<number>((done) => bundle.once('exit', (code) => done(code ?? EXIT.failed)));
  const first = await waitForFirst(bundle.pid as number);
  if (first !== undefined)
    writeFileSync(join(directory, 'bundle.json'), JSON.stringify({ pid: first, startTicks: startTicks(first) }));

  const ends = new AbortController();
  const interrupted = () => ends.abort();
  process.on('SIGINT', interrupted);
  process.on('SIGTERM', interrupted);
  void exited.then(() => ends.abort());
  const limit = seconds === undefined ? undefined : setTimeout(() => ends.abort(), seconds * 1000);

  let last: StatusView | undefined;
  if (options.watch || seconds !== undefined) {
    last = await follow(
      client,
      options.json ? process.stderr : process.stdout,
      (status) => seconds !== undefined && allUp(status),
      { signal: ends.signal, since },
    );
  } else {
    say('serving; `pirack status --watch` shows it, Ctrl-C ends it');
    await new Promise<void>((done) => ends.signal.addEventListener('abort', () => done()));
  }
  clearTimeout(limit);
  if (first !== undefined && bundle.exitCode === null) process.kill(first, 'SIGTERM');
  const code = await exited;
  rmSync(join(directory, 'bundle.json'), { force: true });
  if (seconds === undefined) return code;
  return conclude(last, options.json === true);
}

function allUp(status: StatusView): boolean {
  const assigned = status.slots.filter((slot) => slot.image !== null && slot.simulated);
  return assigned.length > 0 && assigned.every((slot) => slot.condition === 'up');
}

function conclude(status: StatusView | undefined, json: boolean): number {
  if (status === undefined) {
    console.error('the controller never answered; its log is controller.log in the state directory');
    return EXIT.failed;
  }
  if (json) console.log(JSON.stringify(status.summary));
  else console.log(bootsLine(status.summary));
  if (allUp(status)) return EXIT.done;
  for (const slot of status.slots.filter((each) => each.condition !== 'up')) {
    console.error(
      `slot ${slot.slot} is not up: ${slot.condition}, ${slot.progress}${slot.lastCause === null ? '' : ` (${slot.lastCause})`}`,
    );
  }
  return EXIT.failed;
}

async function waitForFirst(unshare: number): Promise<number | undefined> {
  for (let tries = 0; tries < 100; tries++) {
    const pid = firstProcess(unshare);
    if (pid !== undefined) return pid;
    await pause(20);
  }
  return undefined;
}
