/** Which family a switch is of: from what it says of itself, or from what the rack file says of it. Pure. */
import type { Oid } from '../snmp/oid.ts';
import { isBelow } from '../snmp/oid.ts';
import type { SwitchDriver } from './driver.ts';
import { genericReadOnly } from './generic.ts';
import { DRIVERS, driverByName } from './index.ts';

/** What a switch says of itself. Empty where it says nothing. */
export interface SaysOfItself {
  readonly sysObjectID: string;
  readonly sysDescr: string;
  /** entPhysicalModelName of its chassis: what a stack or a rebranded switch is called inside. */
  readonly models: readonly string[];
}

export interface Identified {
  /** For an unknown switch one that only reads: `driver.writes` has the reason. */
  readonly driver: SwitchDriver;
  /** One sentence, for people. */
  readonly why: string;
}

/** `named`: the `driver:` key of the rack file, which is believed. */
export function identify(says: SaysOfItself, named?: string): Identified {
  if (named !== undefined) return byName(says, named);
  const { sysObjectID, sysDescr } = says;
  const found = mostSpecific(says);
  if (found === undefined) {
    const what = `sysObjectID ${sysObjectID === '' ? 'is empty' : sysObjectID}, sysDescr ${quoted(sysDescr)}`;
    const reason = `no driver knows this switch (${what}); \`driver: generic\` has it written by RFC 3621 and RFC 4363`;
    return { driver: genericReadOnly(reason), why: reason };
  }
  const { driver, root } = found;
  const told = driver.recognise.sysDescr === undefined ? '' : `, and it calls itself ${quoted(sysDescr)}`;
  return { driver, why: `sysObjectID ${sysObjectID} is below ${root}${told}` };
}

function byName(says: SaysOfItself, name: string): Identified {
  const driver = driverByName(name);
  if (driver === undefined) {
    const known = DRIVERS.map((one) => one.name).join(', ');
    const reason = `the rack file asks for the driver "${name}", which there is not: there are ${known}`;
    return { driver: genericReadOnly(reason), why: reason };
  }
  const itself = mostSpecific(says)?.driver;
  const otherwise = itself && itself !== driver ? `; by itself it would be ${itself.name}` : '';
  return { driver, why: `the rack file says so${otherwise}` };
}

interface Match {
  readonly driver: SwitchDriver;
  readonly root: Oid;
}

/** Longer roots know more, and of two with the same root the one that also knows the words. */
function mostSpecific(says: SaysOfItself): Match | undefined {
  let best: Match | undefined;
  for (const driver of DRIVERS) {
    const root = longestRoot(driver, says.sysObjectID);
    if (root === undefined || !wordsFit(driver, says)) continue;
    if (best === undefined || specificity({ driver, root }) > specificity(best)) best = { driver, root };
  }
  return best;
}

function longestRoot(driver: SwitchDriver, sysObjectID: string): Oid | undefined {
  const above = driver.recognise.sysObjectIds.filter((root) => sysObjectID === root || isBelow(root, sysObjectID));
  return above.sort((a, b) => arcs(b) - arcs(a))[0];
}

function wordsFit({ recognise }: SwitchDriver, { sysDescr, models }: SaysOfItself): boolean {
  return recognise.sysDescr === undefined || [sysDescr, ...models].some((words) => recognise.sysDescr!.test(words));
}

function specificity({ driver, root }: Match): number {
  return 2 * arcs(root) + (driver.recognise.sysDescr === undefined ? 0 : 1);
}

function arcs(oid: Oid): number {
  return oid.split('.').length;
}

/** One line that is fit for a terminal: switches put line ends and more into their descriptions. */
function quoted(text: string): string {
  const line = text.replaceAll(/[^\x20-\x7e]+/g, ' ').trim();
  return line === '' ? 'empty' : `"${line.length > 80 ? `${line.slice(0, 79)}…` : line}"`;
}
