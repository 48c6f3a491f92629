import { join } from 'node:path';
import { Command } from 'commander';
import { destination, pino } from 'pino';
import { Api } from '../api/api.ts';
import { ownNetworks } from '../api/webhooks/own-networks.ts';
import { realClock } from '../net/real-clock.ts';
import type { Plan } from '../rack/plan.ts';
import { CliError, EXIT } from './exit.ts';
import { socketOf, stateRoot } from './places.ts';
import { readPlan } from './rack-file.ts';

interface ApiCommandOptions {
  state?: string;
  untilInputEnds?: boolean;
}

export function apiCommand(): Command {
  return new Command('api')
    .argument('<rack-file>', 'the rack whose API to serve; what its section api says')
    .description('serve the customers’ API of a rack whose controller is served; `pirack serve` does this by itself')
    .option('--state <dir>', 'directory that holds the racks’ state')
    .option('--until-input-ends', 'end when standard input does: with the process that has its other end')
    .addHelpText(
      'after',
      `
It needs no privileges: the controller’s socket STATE/RACK/control.sock, and STATE/RACK/api to write to. Without a
controller it answers 503. Log lines go to standard error. SIGTERM: what was taken is finished first.`,
    )
    .action(async (file: string, options: ApiCommandOptions) => {
      process.exitCode = await serveApi(file, options);
    });
}

async function serveApi(file: string, { state, untilInputEnds }: ApiCommandOptions): Promise<number> {
  const root = stateRoot(state);
  const plan = readPlan(file, root);
  const { api } = plan;
  if (api === undefined)
    throw new CliError(EXIT.usage, `${file} has no section api: expected one, such as api: {listen: "127.0.0.1:8080"}`);
  refuseRoot(plan);
  const log = pino({ level: process.env.PIRACK_LOG ?? 'info', name: 'api' }, destination({ dest: 2, sync: false }));
  const serving = await Api.start({
    socket: socketOf(root, plan.rack),
    directory: join(root, plan.rack, 'api'),
    listen: { ...api.listen, tls: api.tls },
    publicUrl: api.publicUrl,
    location: api.location,
    trustedProxies: api.trustedProxies,
    webhooks: { ...api.webhooks, own: ownNetworks(plan) },
    clock: realClock,
    log,
  });
  log.info({ port: serving.port }, 'the API is served');
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
    if (untilInputEnds) process.stdin.once('end', resolve).once('error', resolve).resume();
  });
  log.info('finishing what was taken');
  await serving.stop();
  return EXIT.done;
}

/** What faces the internet does not run as root; a virtual rack is for trying out, on loopback. */
function refuseRoot(plan: Plan): void {
  if (process.getuid?.() === 0 && plan.kind === 'real')
    throw new CliError(
      EXIT.usage,
      `the API of a real rack does not run as root: expected the user ${plan.api?.user ?? 'that the rack file names'}`,
    );
}
