import { Command } from 'commander';
import { NotServing, Refused } from '../api/control/client.ts';
import { apiCommand } from './api.ts';
import { backupCommand } from './backup/index.ts';
import { boardCommand } from './board.ts';
import { bootsCommand } from './boots.ts';
import { bundleCommand } from './bundle.ts';
import { checkCommand } from './check.ts';
import { doctorCommand } from './doctor.ts';
import { eventsCommand } from './events.ts';
import { CliError, EXIT } from './exit.ts';
import { imageCommand } from './image/index.ts';
import { inventoryCommand } from './inventory.ts';
import { jobCommand } from './job/index.ts';
import { maintenanceCommand, quarantineCommand } from './maintenance.ts';
import { planCommand } from './plan.ts';
import { powerCommand } from './power.ts';
import { reimageCommand } from './reimage.ts';
import { rescueCommand } from './rescue.ts';
import { rootCommand } from './root/index.ts';
import { seriesCommand } from './series.ts';
import { serveCommand } from './serve.ts';
import { statusCommand } from './status.ts';
import { switchCommand } from './switch/index.ts';
import { auditCommand } from './tenancy/audit.ts';
import { keyCommand } from './tenancy/key.ts';
import { tenantCommand } from './tenancy/tenant.ts';
import { virtualCommand } from './virtual.ts';

const program = new Command('pirack')
  .description('Controller of a rack of netbooted, PoE-powered Raspberry Pi 3 and 4 boards')
  .version('0.1.0')
  // `--version` behind a command is that command's own: images have versions.
  .enablePositionalOptions()
  .exitOverride()
  .showHelpAfterError('(`--help` tells more)')
  .addHelpText(
    'after',
    `
Slots are given as ranges: 7 or 1-36,40. Every command takes --json.
Exit codes: 0 done, 1 not done, 2 wrong usage, 69 something that is needed is missing (root, a package, a controller).
Environment: PIRACK_STATE (where racks keep their state), PIRACK_CACHE (where images that are made are kept),
PIRACK_IMAGES (where images that are imported are kept).`,
  );
for (const command of [
  serveCommand(),
  checkCommand(),
  planCommand(),
  statusCommand(),
  inventoryCommand(),
  boardCommand(),
  bootsCommand(),
  seriesCommand(),
  powerCommand(),
  maintenanceCommand(),
  quarantineCommand(),
  imageCommand(),
  reimageCommand(),
  rescueCommand(),
  rootCommand(),
  backupCommand(),
  jobCommand(),
  switchCommand(),
  apiCommand(),
  tenantCommand(),
  keyCommand(),
  auditCommand(),
  eventsCommand(),
  doctorCommand(),
  virtualCommand(),
]) {
  program.addCommand(command.exitOverride());
}
program.addCommand(bundleCommand().exitOverride(), { hidden: true });

// `pirack status | head` ends our standard output before we do: that is no error.
process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
  if (cause.code !== 'EPIPE') throw cause;
  process.exit(EXIT.done);
});

try {
  await program.parseAsync();
} catch (cause) {
  process.exitCode = report(cause);
}

function report(cause: unknown): number {
  // Commander has printed its own message already; asking for help is no error.
  if (cause instanceof Error && 'exitCode' in cause) return cause.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (cause instanceof CliError) {
    console.error(`pirack: ${cause.message}`);
    return cause.code;
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  console.error(`pirack: ${message}`);
  if (cause instanceof NotServing) return EXIT.missing;
  // A refusal is an answer; anything else was not foreseen, and its trace is for whoever mends it.
  if (!(cause instanceof Refused) && process.env.PIRACK_DEBUG !== undefined) console.error(cause);
  return EXIT.failed;
}
