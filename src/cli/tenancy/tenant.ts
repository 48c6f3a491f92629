import { Command } from 'commander';
import { CliError, EXIT } from '../exit.ts';
import { findController } from '../places.ts';
import { formatTable, terminalWidth } from '../table.ts';
import { asked, minute, myself, type TenancyOptions } from './common.ts';

export function tenantCommand(): Command {
  return new Command('tenant')
    .description('customers: who may have servers, and how many')
    .addCommand(add())
    .addCommand(list())
    .addCommand(disable());
}

function add(): Command {
  return asked(
    new Command('add')
      .argument('<name>', 'lower-case letters, digits and hyphens')
      .option('--quota <servers>', 'how many servers it may have (default: no limit)')
      .description('make a tenant; of one that exists, change the quota and let its keys work again'),
  ).action(async (name: string, options: TenancyOptions & { quota?: string }) => {
    const quota = options.quota === undefined ? undefined : Number(options.quota);
    if (quota !== undefined && !(Number.isInteger(quota) && quota >= 0))
      throw new CliError(EXIT.usage, `--quota: expected a number of servers, got ${JSON.stringify(options.quota)}`);
    const client = await findController(options);
    const tenant = await client.putTenant({ name, ...(quota === undefined ? {} : { quota }), by: myself() });
    console.log(
      options.json
        ? JSON.stringify(tenant)
        : `tenant ${tenant.name}: ${quota === undefined ? 'no limit of servers' : `at most ${quota} servers`}`,
    );
  });
}

function list(): Command {
  return asked(new Command('list').description('show all tenants')).action(async (options: TenancyOptions) => {
    const tenants = await (await findController(options)).tenants();
    if (options.json) return console.log(JSON.stringify(tenants));
    const rows = tenants.map((tenant) => [
      tenant.name,
      tenant.quota ?? 'no limit',
      minute(tenant.createdAt),
      tenant.disabledAt === undefined ? '' : `since ${minute(tenant.disabledAt)}`,
    ]);
    const columns = [
      { title: 'tenant' },
      { title: 'servers', align: 'right' as const },
      { title: 'made' },
      { title: 'disabled' },
    ];
    for (const line of formatTable(columns, rows, { width: terminalWidth() })) console.log(line);
  });
}

function disable(): Command {
  return asked(
    new Command('disable')
      .argument('<name>')
      .description('let none of the tenant’s keys work; its servers go on, and `tenant add` lets the keys work again'),
  ).action(async (name: string, options: TenancyOptions) => {
    const tenant = await (await findController(options)).disableTenant({ name, by: myself() });
    console.log(options.json ? JSON.stringify(tenant) : `tenant ${name}: disabled since ${minute(tenant.disabledAt)}`);
  });
}
