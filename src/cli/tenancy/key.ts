import { Command } from 'commander';
import type { KeyView } from '../../api/control/tenancy-routes.ts';
import { SCOPES, type Scope } from '../../rack/tenancy/scope.ts';
import { CliError, EXIT } from '../exit.ts';
import { findController } from '../places.ts';
import { formatTable, terminalWidth } from '../table.ts';
import { asked, minute, moment, myself, type TenancyOptions } from './common.ts';

interface AddOptions extends TenancyOptions {
  tenant?: string;
  scope: string;
  servers?: string;
  label: string;
  expires?: string;
}

export function keyCommand(): Command {
  return new Command('key')
    .description('API keys: an id, and a secret that is shown once')
    .addCommand(add())
    .addCommand(list())
    .addCommand(revoke());
}

function add(): Command {
  return asked(
    new Command('add')
      .option('--tenant <name>', 'whose key it is; left out with --scope staff or monitor')
      .requiredOption('--scope <scope>', SCOPES.join(', '))
      .option('--servers <names>', 'only for these servers, comma-separated')
      .option('--label <text>', 'to know it again by', 'unnamed')
      .option('--expires <when>', 'how long it works, such as 90d or 2030-01-31 (default: until it is revoked)')
      .description('make a key and print its secret, which is kept nowhere'),
  )
    .addHelpText(
      'after',
      `
Scopes, each with all of those before it:
  read       look at the tenant’s servers
  power      switch their power, reboot them
  provision  create, delete, reimage and rescue servers, change their keys
  staff      the whole rack, every tenant
  monitor    the rack in numbers (/metrics), and nothing else`,
    )
    .action(async (options: AddOptions) => {
      const scope = SCOPES.find((each) => each === options.scope);
      if (scope === undefined)
        throw new CliError(EXIT.usage, `--scope: expected ${SCOPES.join(', ')}, got ${JSON.stringify(options.scope)}`);
      const { key, secret } = await (await findController(options)).createKey({
        ...wanted(options, scope),
        by: myself(),
      });
      if (options.json) return console.log(JSON.stringify({ ...key, secret }));
      console.log(`id      ${key.id}\nsecret  ${secret}`);
      console.error('The secret is not kept: write it down now.');
    });
}

function wanted({ tenant, servers, label, expires }: AddOptions, scope: Scope) {
  return {
    scope,
    label,
    ...(tenant === undefined ? {} : { tenant }),
    ...(servers === undefined ? {} : { servers: servers.split(',').map((name) => name.trim()) }),
    ...(expires === undefined ? {} : { expiresAt: moment(expires, Date.now()) }),
  };
}

function list(): Command {
  return asked(
    new Command('list')
      .option('--tenant <name>', 'only those of this tenant')
      .description('show keys, without secrets'),
  ).action(async (options: TenancyOptions & { tenant?: string }) => {
    const all = await (await findController(options)).keys();
    const keys = options.tenant === undefined ? all : all.filter((key) => key.tenant === options.tenant);
    if (options.json) return console.log(JSON.stringify(keys));
    const columns = ['key', 'tenant', 'scope', 'servers', 'label', 'made', 'state'].map((title) => ({
      title,
      shrink: title === 'label' || title === 'servers',
    }));
    const rows = keys.map((key) => [
      key.id,
      key.tenant ?? '',
      key.scope,
      key.servers?.join(',') ?? '',
      key.label,
      minute(key.createdAt),
      state(key, Date.now()),
    ]);
    for (const line of formatTable(columns, rows, { width: terminalWidth() })) console.log(line);
  });
}

function state({ revokedAt, expiresAt }: KeyView, now: number): string {
  if (revokedAt !== undefined) return `revoked ${minute(revokedAt)}`;
  if (expiresAt === undefined) return 'works';
  return expiresAt <= now ? `expired ${minute(expiresAt)}` : `works until ${minute(expiresAt)}`;
}

function revoke(): Command {
  return asked(
    new Command('revoke').argument('<id>').description('let the key work no more, from the next request on'),
  ).action(async (id: string, options: TenancyOptions) => {
    const key = await (await findController(options)).revokeKey({ id, by: myself() });
    console.log(options.json ? JSON.stringify(key) : `key ${id}: revoked ${minute(key.revokedAt)}`);
  });
}
