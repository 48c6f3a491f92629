/** The operations that are sent to Junos, as data: none holds anything but the fixed text below and words. */
import type { Millis } from '../../../rack/units.ts';
import { escapeXml } from './xml.ts';

/** Read operations, by the command that they are. */
export const SHOW = Object.freeze({
  'show system information': '<get-system-information/>',
  'show system uptime': '<get-system-uptime-information/>',
  'show interfaces': '<get-interface-information/>',
  'show interfaces terse': '<get-interface-information><terse/></get-interface-information>',
  'show poe interface': '<get-poe-interface-information/>',
  'show poe controller': '<get-poe-controller-information/>',
  'show system commit': '<get-commit-information/>',
  'show vlans extensive': '<get-vlan-information><extensive/></get-vlan-information>',
  'show configuration vlans, interfaces':
    '<get-config><source><running/></source><filter type="subtree"><configuration><vlans/><interfaces/></configuration></filter></get-config>',
} as const);

/** Junos' name for set and delete lines loaded into the candidate (its `load set`). */
export function loadSet(lines: readonly string[]): string {
  const text = escapeXml(lines.join('\n'));
  return `<load-configuration action="set" format="text"><configuration-set>${text}</configuration-set></load-configuration>`;
}

export const LOCK = '<lock><target><candidate/></target></lock>';
export const UNLOCK = '<unlock><target><candidate/></target></unlock>';
export const DISCARD = '<discard-changes/>';
export const COMMIT = '<commit/>';

/** RFC 6241 §8.4: taken back by the switch after so many seconds unless it is committed again. */
export function commitConfirmed(within: Millis): string {
  return `<commit><confirmed/><confirm-timeout>${Math.ceil(within / 1_000)}</confirm-timeout></commit>`;
}
