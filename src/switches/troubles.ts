/** What is wrong with a switch, for people: one sentence each. Pure. */
import { seconds } from '../rack/units.ts';
import type { SwitchStatus } from './poe.ts';

/** A job may take that long on a slow switch, and so many may wait, before anybody is told. */
const LONG = seconds(30);
const MANY = 16;

export function switchTroubles(name: string, { queue, map, driver, warnings }: SwitchStatus): string[] {
  const troubles = warnings.map((warning) => `switch ${name}: ${warning}`);
  const only = `switch ${name} is read and not written`;
  if (map && 'refused' in map)
    troubles.push(`${only}, for which port is which is not proven: ${map.refused.join('; ')}`);
  if (typeof driver?.writes === 'object') troubles.push(`${only}: ${driver.writes.readOnly}`);
  const { running, waiting } = queue;
  if (running && waiting.length > 0 && (running.since >= LONG || waiting.length >= MANY)) {
    const jobs = waiting.length === 1 ? '1 job waits' : `${waiting.length} jobs wait`;
    const behind = `behind "${running.what}", which began ${Math.round(running.since / 1_000)} s ago`;
    troubles.push(`switch ${name} is slow: ${jobs} ${behind}`);
  }
  return troubles;
}
