/** Asks a switch what it is, and takes the driver of its family. */
import type { Logger } from 'pino';
import { identify } from '../drivers/identify.ts';
import { readChassis } from './chassis.ts';
import type { ChooseDriver } from './reach.ts';
import { readIdentity } from './system.ts';

export function chooseByIdentity(log: Logger): ChooseDriver {
  return async (plan, access) => {
    const identity = await readIdentity(access);
    let found = identify({ ...identity, models: [] }, plan.driver);
    if (found.driver.name === 'unknown' && plan.driver === undefined) {
      // A rebranded switch may be called by its own name inside.
      const { units } = await readChassis(access);
      found = identify({ ...identity, models: units.map(({ model }) => model) });
    }
    const { driver, why } = found;
    const readOnly = typeof driver.writes === 'object' ? driver.writes.readOnly : undefined;
    log.info({ switch: plan.name, driver: driver.name, why, readOnly }, 'switch identified');
    return driver;
  };
}
