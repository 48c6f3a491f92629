/** Run in a sealed bundle: rules written, changed behind their back, and written again. Prints what was seen as JSON. */
import { pino } from 'pino';
import { arpFirewallFor, Firewall, firewallFor } from '../../../src/net/firewall/index.ts';
import { run } from '../../../src/net/run.ts';
import type { Clock } from '../../../src/rack/clock.ts';
import { millis } from '../../../src/rack/units.ts';
import { parseMac } from '../../../src/wire/address.ts';
import { makePlan } from '../../support/plan.ts';

/** Looks again when told to, not when a minute is over. */
let look: () => void = () => {};
const clock: Clock = {
  now: () => millis(Date.now()),
  monotonic: () => millis(performance.now()),
  after: (_delay, work) => {
    look = work;
    return { cancel: () => {} };
  },
};

const told: string[] = [];
const plan = makePlan(60);
const macs = [parseMac('02:00:00:00:00:01')];
const specs = [firewallFor(plan, { tftp: [40001, 40002], tftp6: [50001], macs }), arpFirewallFor(plan)];
const firewall = new Firewall({
  specs,
  clock,
  log: pino({ level: 'silent' }),
  changed: (text) => void told.push(text),
});
const rules = async () => (await run('nft', ['list', 'chain', 'inet', 'pirack', 'input'])).stdout.includes('tcp-new');

async function lookUntil(done: () => boolean): Promise<void> {
  look();
  for (let tries = 0; tries < 500 && !done(); tries++) await new Promise((resolve) => setTimeout(resolve, 10));
}

await firewall.start();
const first = await rules();
let looked = look;
await lookUntil(() => look !== looked);
const quiet = told.length;
await run('nft', ['flush', 'chain', 'inet', 'pirack', 'input']);
await run('nft', ['add', 'element', 'inet', 'pirack', 'own4', '{ "vlan101" . 10.20.0.2 . 10.20.0.5 }']);
const flushed = await rules();
looked = look;
await lookUntil(() => look !== looked);
const again = await rules();
await run('nft', ['delete', 'table', 'inet', 'pirack']);
looked = look;
await lookUntil(() => look !== looked);
const afterDelete = await rules();
// Somebody else's table is not touched.
await run('nft', ['add', 'table', 'inet', 'other']);
await firewall.start();
const others = (await run('nft', ['list', 'tables'])).stdout.includes('inet other');
firewall.stop();
console.log(
  JSON.stringify({ first, quiet, flushed, again, afterDelete, others, told, trouble: firewall.trouble ?? null }),
);
