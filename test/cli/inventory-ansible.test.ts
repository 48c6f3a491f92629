/** `pirack inventory --ansible` as Ansible itself reads it. */
import { execFile } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { slotNumber } from '../../src/rack/units.ts';
import { describeWith } from '../support/needs.ts';
import { ServedRack } from './support/served.ts';

const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');

describeWith({ programs: ['ansible-inventory'] })('Ansible', () => {
  it('takes the inventory as a program, with hosts, groups and variables, and warns of nothing', async () => {
    const rack = await ServedRack.start();
    rack.state.observe(slotNumber(2), { model: '3B+' });
    const program = join(rack.directory, 'rack.sh');
    const command = [process.execPath, '--disable-warning=ExperimentalWarning', MAIN, 'inventory', '--ansible'];
    writeFileSync(program, `#!/bin/sh\nexec '${[...command, '--state', rack.directory].join("' '")}'\n`);
    chmodSync(program, 0o755);
    const environment = {
      PATH: process.env.PATH,
      HOME: rack.directory,
      LC_ALL: 'C.UTF-8',
      // A program that Ansible does not take is read as INI or YAML then, and all that fails is a warning.
      ANSIBLE_INVENTORY_UNPARSED_FAILED: 'true',
    };
    const { stdout, stderr } = await promisify(execFile)('ansible-inventory', ['-i', program, '--list'], {
      env: environment,
    });
    expect(stderr).toBe('');
    const list = JSON.parse(stdout);
    expect(Object.keys(list._meta.hostvars)).toHaveLength(6);
    expect(list.model_3Bplus.hosts).toEqual([list.pirack.hosts[1]]);
    const host = list._meta.hostvars[list.pirack.hosts[1]];
    expect(host).toMatchObject({ pirack_slot: 2, pirack_model: '3B+', ansible_host: host.pirack_ipv6 });
  }, 120_000);
});
