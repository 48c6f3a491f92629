import type { VirtualSwitchOptions } from '../options.ts';

/** What makes a virtual switch one of a family: what it says of itself, its numbers, its objects, and its standing habits. */
export type FamilyOptions = Pick<VirtualSwitchOptions, 'identity' | 'numbering' | 'groups'> &
  Partial<Pick<VirtualSwitchOptions, 'vlans' | 'power' | 'autoSave'>>;
