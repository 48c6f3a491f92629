import type { SwitchDriver } from '../../../src/switches/drivers/driver.ts';
import { EXPECTED } from '../recordings/expected/index.ts';

/** What docs/switches.md says of a driver, as far as its data says it. */
export function driverCells(driver: SwitchDriver): string[] {
  const { name, title, writes, power, portRules, vlans } = driver;
  const writer = writes === 'snmp' ? 'SNMP' : typeof writes === 'string' ? 'SSH' : 'nothing';
  const byPort = [power?.watts && `${power.watts.kind} W`, power?.limit && 'limit', power?.cycle && 'cycle'];
  const recorded = EXPECTED.filter((each) => each.driver === name).length;
  return [
    `\`${name}\``,
    title,
    writer,
    power ? byPort.filter((each) => each !== undefined).join(', ') || 'no W' : '–',
    power?.budgetBy ?? '–',
    portRules.join(', ') || '–',
    vlans?.dialect ?? '–',
    recorded === 0 ? 'no' : String(recorded),
  ];
}
