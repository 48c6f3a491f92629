import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { destination, pino } from 'pino';
import { serveControl } from '../api/control/server.ts';
import { controlTarget } from '../api/control/target.ts';
import { Controller } from '../controller.ts';
import { describeChanges } from '../net/legs/describe.ts';
import { reconcileLegs } from '../net/legs/reconcile.ts';
import { realClock } from '../net/real-clock.ts';
import type { Plan } from '../rack/plan.ts';
import { recordRackUse } from '../roots/image-store/usage.ts';
import type { Namespaces } from '../sim/bundle/launch.ts';
import { assertSealed, NotSealed } from '../sim/bundle/sealed.ts';
import { createSecretReader } from '../switches/snmp/secrets.ts';
import { EXIT } from './exit.ts';

export interface ControllerOptions {
  readonly plan: Plan;
  readonly stateDirectory: string;
  readonly imagesDirectory: string;
  readonly socket: string;
  /** Show what would be changed in the kernel, and end. */
  readonly dryRun?: boolean;
  /** Namespaces of the launcher, where this is the controller of a virtual rack. */
  readonly sealedFrom?: Namespaces;
  /** Called when the socket is there. */
  readonly ready?: () => void;
  /** Where the log goes; standard error by default. */
  readonly logFile?: string;
}

/** Runs the controller in this process until it is told to stop. */
export async function runController(options: ControllerOptions): Promise<number> {
  const { plan } = options;
  if (plan.kind === 'virtual') {
    if (options.sealedFrom === undefined)
      throw new NotSealed('a virtual rack is served only inside namespaces that pirack made');
    assertSealed(options.sealedFrom);
  }
  if (options.dryRun) {
    const { changes } = await reconcileLegs({ plan, dryRun: true });
    console.log(changes.length === 0 ? 'nothing to change' : describeChanges(changes).join('\n'));
    return EXIT.done;
  }
  mkdirSync(options.stateDirectory, { recursive: true, mode: 0o750 });
  await recordRackUse(plan, options.stateDirectory);
  const log = pino(
    { level: process.env.PIRACK_LOG ?? 'info' },
    destination({ dest: options.logFile ?? 2, sync: false, mkdir: true }),
  );
  let end: (code: number) => void = () => undefined;
  const ended = new Promise<number>((resolve) => {
    end = resolve;
  });
  const controller = new Controller({
    plan,
    stateDirectory: options.stateDirectory,
    imagesDirectory: options.imagesDirectory,
    clock: realClock,
    log,
    secrets: createSecretReader({ env: process.env, readFile: (path) => readFile(path, 'utf8') }),
    fatal: (what, cause) => {
      log.fatal({ err: cause }, what);
      end(EXIT.failed);
    },
  });
  process.on('SIGTERM', () => end(EXIT.done));
  process.on('SIGINT', () => end(EXIT.done));
  const socket = await serveControl(options.socket, controlTarget(controller), log);
  try {
    options.ready?.();
    await controller.start();
    const code = await ended;
    log.info('stopping');
    return code;
  } catch (cause) {
    log.fatal({ err: cause }, 'the controller could not start');
    throw cause;
  } finally {
    socket.close();
    socket.closeAllConnections();
    await controller.stop();
    log.flush();
  }
}
