import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '../../../src/api/api.ts';
import type { Route } from '../../../src/api/http/route.ts';
import { allows, SCOPES } from '../../../src/rack/tenancy/scope.ts';
import type { ServerName } from '../../../src/rack/tenancy/server-name.ts';
import { millis, slotNumber } from '../../../src/rack/units.ts';
import { ApiRack, type TestKey } from '../support/api-rack.ts';
import { SAMPLES, type Sample } from '../support/samples.ts';

/** Every route, asked by everyone. What is expected follows from what the route needs, and one line a route in SAMPLES. */

const WHO = ['nobody', 'wrong', 'expired', 'revoked', ...SCOPES, 'foreign'] as const;
type Who = (typeof WHO)[number];

let rack: ApiRack;
let owner: TestKey;
/** Of a tenant that does nothing, and an action: to be told of, revoked and disabled. */
let spare: TestKey;
let action = '';
const keys = new Map<Who, string>();

beforeAll(async () => {
  rack = await ApiRack.start(6, { limits: { requests: 1e6, failures: 1e6 } });
  owner = await rack.key('provision');
  spare = await rack.key('read', 'spare');
  const slots = [slotNumber(2)];
  action = String((await rack.groups.ask({ slots, action: { do: 'on' }, key: undefined, by: STAFF })).id);
  for (const scope of SCOPES) keys.set(scope, (await rack.key(scope)).basic);
  keys.set('wrong', `Basic ${Buffer.from(`${owner.id}:${'x'.repeat(43)}`).toString('base64')}`);
  const expiresAt = millis(Date.now() + 20);
  const expired = await rack.key('provision', 'acme', { expiresAt });
  keys.set('expired', expired.basic);
  const revoked = await rack.key('provision');
  await rack.tenancy.revokeKey(revoked.id, { who: 'test', address: undefined, tenant: undefined });
  keys.set('revoked', revoked.basic);
  keys.set('foreign', (await rack.key('provision', 'other')).basic);
  rack.flush();
  await rack.until(() => Date.now() > expiresAt);
});
afterAll(() => rack.stop());

const STAFF = { who: 'test', address: undefined, tenant: undefined };

/** `own-1` is live in slot 1, which is up and settled; nobody has another server. */
async function settle(): Promise<void> {
  for (const { name } of rack.servers.all()) {
    if (name === 'own-1') continue;
    await rack.until(() => rack.jobs.activeOf(rack.servers.get(name as ServerName).slot) === undefined);
    await rack.servers.remove(name as ServerName, { who: 'test', address: undefined, tenant: undefined });
  }
  if (!rack.servers.all().some(({ name }) => name === 'own-1')) await rack.live(owner, 'own-1');
  const all = rack.plan.slots.map(({ slot }) => slot);
  await rack.until(() => all.every((each) => rack.jobs.activeOf(each) === undefined));
  if (rack.servers.get('own-1' as ServerName).slot !== 1) {
    await rack.servers.remove('own-1' as ServerName, STAFF);
    await rack.until(() => all.every((each) => rack.jobs.activeOf(each) === undefined));
    await rack.live(owner, 'own-1');
  }
  await rack.care.end(all, STAFF);
  await rack.care.lift(all, STAFF);
  const slot = slotNumber(1);
  await rack.until(() => rack.jobs.activeOf(slot) === undefined);
  await rack.state.intend(slot, { wanted: 'on', cycling: false, quarantine: undefined });
  rack.boardUp(1);
  rack.flush();
  rack.intended.length = 0;
}

const boot = () => String(rack.store.boots.ofSlot(slotNumber(1), 1)[0]?.id);

/** What requests can change. That a receiver of a webhook does not answer is counted whenever it is tried again. */
const known = () => {
  const webhooks = rack.api.webhooks.all.all().map(({ failures: _, failingSince: __, ...rest }) => rest);
  return JSON.stringify([rack.servers.all(), webhooks]);
};

function expected(route: Route, sample: Sample, who: Who): number {
  const keyless = who === 'nobody' || who === 'wrong' || who === 'expired' || who === 'revoked';
  if (route.needs === 'open') return keyless && route.errorStyle === 'oauth' ? 401 : sample.own;
  if (keyless) return 401;
  const scope = who === 'foreign' ? 'provision' : who;
  if (!allows(scope, route.needs)) return 403;
  if (who === 'foreign') return sample.foreign;
  return who === 'staff' ? (sample.staff ?? sample.own) : sample.own;
}

describe('authorisation', () => {
  it('has a sample of every route, and of nothing else', () => {
    expect(Object.keys(SAMPLES).sort()).toEqual(ROUTES.map(({ name }) => name).sort());
  });

  for (const route of ROUTES) {
    const sample = SAMPLES[route.name] as Sample;
    it.each(WHO)(`${route.method} ${route.path} (${route.needs}) by %s`, async (who) => {
      await settle();
      const webhook = await rack.webhook('acme');
      const before = known();
      const task = String(rack.servers.get('own-1' as ServerName).task);
      const path = (who === 'staff' && sample.staffPath) || sample.path;
      const authorization = keys.get(who);
      const answer = await rack.send({
        method: route.method,
        path: path
          .replace('{task}', task)
          .replace('{boot}', boot())
          .replace('{webhook}', webhook.id)
          .replace('{delivery}', String(webhook.delivery))
          .replace('{key}', spare.id)
          .replace('{action}', action),
        headers: { ...sample.headers, ...(authorization === undefined ? {} : { Authorization: authorization }) },
        ...(sample.body === undefined ? {} : { body: sample.body }),
      });
      expect(answer.status).toBe(expected(route, sample, who));
      if (answer.status === 401)
        expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm="pirack", Bearer/);
      if (answer.status < 400) return;
      // Who was refused has done nothing.
      expect(known()).toBe(before);
      expect(rack.intended).toEqual([]);
    });
  }

  it('of a key for some servers ends at those', async () => {
    await settle();
    const { basic } = await rack.key('provision', 'acme', { servers: ['own-2'] });
    for (const route of ROUTES) {
      const { path, headers, body } = SAMPLES[route.name] as Sample;
      if (!path.includes('own-1')) continue;
      const answer = await rack.send({
        method: route.method,
        path,
        headers: { ...headers, Authorization: basic },
        ...(body === undefined ? {} : { body }),
      });
      expect([route.name, answer.status]).toEqual([route.name, (SAMPLES[route.name] as Sample).foreign]);
    }
    expect(rack.intended).toEqual([]);
  });
});
