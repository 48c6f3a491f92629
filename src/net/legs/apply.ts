/** Writes changes: `ip -batch` for interfaces and addresses, /proc/sys for settings, system calls for neighbours. */
import { writeFileSync } from 'node:fs';
import { parseIpv4 } from '../../wire/address.ts';
import { type IpCommand, ipBatch } from '../iproute.ts';
import { deleteNeighbour4, setPermanentNeighbour4 } from '../neighbour.ts';
import { describeChange } from './describe.ts';
import { settingPath } from './settings.ts';
import { type LegChange, LegsError } from './state.ts';

/**
 * Carries out all changes. Throws IpBatchFailed or LegsError when one could not be made; those after it in the same step
 * are made all the same, later steps are not.
 */
export async function applyLegs(changes: readonly LegChange[]): Promise<void> {
  // Settings come before a leg goes up: what accept_dad and accept_ra say at that moment is what counts.
  await ipBatch(changes.flatMap(makingCommand));
  each(changes, 'settings', writeSetting);
  await ipBatch(changes.flatMap(fillingCommand));
  each(changes, 'neighbours', setNeighbour);
}

function makingCommand(change: LegChange): IpCommand[] {
  if (change.kind === 'delete') return [['link', 'delete', 'dev', change.leg]];
  if (change.kind !== 'create') return [];
  return [['link', 'add', 'link', change.trunk, 'name', change.leg, 'type', 'vlan', 'id', String(change.vlan)]];
}

function fillingCommand(change: LegChange): IpCommand[] {
  const { kind, leg } = change;
  if (kind === 'up') return [['link', 'set', 'dev', leg, 'up']];
  if (kind !== 'add-address' && kind !== 'remove-address') return [];
  const { family, address, prefix } = change.address;
  if (kind === 'remove-address') return [['address', 'delete', `${address}/${prefix}`, 'dev', leg]];
  return [['address', 'add', `${address}/${prefix}`, 'dev', leg, ...(family === 6 ? ['nodad'] : [])]];
}

function writeSetting(change: LegChange): void {
  if (change.kind === 'set') writeFileSync(settingPath(change.setting, change.leg), change.value);
}

function setNeighbour(change: LegChange): void {
  if (change.kind === 'set-neighbour') setPermanentNeighbour4(change.leg, parseIpv4(change.address), change.mac);
  if (change.kind !== 'remove-neighbour') return;
  try {
    deleteNeighbour4(change.leg, parseIpv4(change.address));
  } catch (error) {
    // Gone already: the kernel forgets neighbours with the last address of their interface.
    if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error;
  }
}

/** Makes every change that `write` is for; throws one error for all that failed. */
function each(changes: readonly LegChange[], what: string, write: (change: LegChange) => void): void {
  const failures: string[] = [];
  let first: unknown;
  for (const change of changes) {
    try {
      write(change);
    } catch (cause) {
      first ??= cause;
      failures.push(`${describeChange(change)}: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`);
    }
  }
  if (failures.length > 0) throw new LegsError(`${what} cannot be written: ${failures.join('; ')}`, { cause: first });
}
