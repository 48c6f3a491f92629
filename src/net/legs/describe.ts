/** Changes in words, a line each, for a dry run and the log. */
import { settingPath } from './settings.ts';
import type { LegChange } from './state.ts';

export function describeChange(change: LegChange): string {
  switch (change.kind) {
    case 'create':
      return `${change.leg}: create as VLAN ${change.vlan} on ${change.trunk}`;
    case 'delete':
      return `${change.leg}: delete (is ${change.before})`;
    case 'set':
      return `${settingPath(change.setting, change.leg)}: set ${change.value} (is ${change.before ?? 'unknown'})`;
    case 'up':
      return `${change.leg}: set up`;
    case 'add-address':
      return `${change.leg}: add ${change.address.address}/${change.address.prefix}`;
    case 'remove-address':
      return `${change.leg}: remove ${change.address.address}/${change.address.prefix}${change.address.unusable ? ' (unusable)' : ''}`;
    case 'set-neighbour':
      return `${change.leg}: ${change.address} is at ${change.mac}, permanently (is ${change.before ?? 'unknown'})`;
    case 'remove-neighbour':
      return `${change.leg}: forget where ${change.address} is`;
  }
}

export function describeChanges(changes: readonly LegChange[]): string[] {
  return changes.map(describeChange);
}
