import fc from 'fast-check';
import { ROUTES } from '../../../src/api/api.ts';
import type { Route } from '../../../src/api/http/route.ts';
import { slotNumber } from '../../../src/rack/units.ts';
import { ApiRack, type TestKey } from '../support/api-rack.ts';
import type { RawAnswer, RawConnection, RawRequest } from '../support/raw-http.ts';
import { BOOT, DELIVERY, requestOf, SPARE_KEY, TASK, WEBHOOK } from './arbitrary.ts';
import { wrong } from './verdict.ts';

export interface FuzzResult {
  readonly requests: number;
  /** How often each status was answered, by route. */
  readonly statuses: Readonly<Record<string, Readonly<Record<number, number>>>>;
}

/** Requests of one route at a time, before the next one has its turn. */
const TURN = 10;

/** Sends `requests` to a rack of its own, the same by `seed`. Throws at the first answer that is not as its route says. */
export async function fuzzApi(requests: number, seed: number, tell: (done: number) => void): Promise<FuzzResult> {
  const rack = await ApiRack.start(8, { limits: { requests: 1e9, failures: 1e9 } });
  try {
    const connection = new Kept(rack);
    const owner = await rack.key('provision');
    const spare = await rack.key('read', 'spare');
    const authorizations = await allKeys(rack, owner);
    const statuses: Record<string, Record<number, number>> = {};
    let done = 0;
    for (let turn = 0; done < requests; turn++) {
      await settle(rack, owner);
      const route = ROUTES[turn % ROUTES.length] as Route;
      const count = Math.min(TURN, requests - done);
      for (const request of fc.sample(requestOf(route, authorizations(route)), { numRuns: count, seed: seed + turn })) {
        const answer = await connection.send({
          ...request,
          path: (await filled(rack, request.path)).replace(SPARE_KEY, spare.id),
        });
        const fault = wrong(route, answer);
        if (fault !== undefined)
          throw new Error(`${route.name}: ${fault}\n${show(request)}\n${answer.status} ${answer.text.slice(0, 1_000)}`);
        const known = statuses[route.name] ?? {};
        statuses[route.name] = { ...known, [answer.status]: (known[answer.status] ?? 0) + 1 };
        done++;
      }
      if (turn % 100 === 99) tell(done);
    }
    return { requests: done, statuses };
  } finally {
    await rack.stop();
  }
}

/** Of whichever server the path is about; staff move them, too. */
function bootOf(rack: ApiRack, path: string): string {
  const server = rack.servers.all().find(({ name }) => path.toLowerCase().includes(`/${name}/`));
  return String(server === undefined ? 0 : rack.store.boots.ofSlot(server.slot, 1)[0]?.id);
}

async function filled(rack: ApiRack, path: string): Promise<string> {
  if (!path.includes(WEBHOOK)) return path.replace(TASK, taskOf(rack)).replace(BOOT, bootOf(rack, path));
  const { id, delivery } = await rack.webhook('acme');
  return path.replace(WEBHOOK, id).replace(DELIVERY, String(delivery));
}

const taskOf = (rack: ApiRack) => String(rack.servers.all().find(({ name }) => name === 'web-1')?.task);

/** One connection, and the next when the server has closed it, as it may after what is no request. */
class Kept {
  readonly #rack: ApiRack;
  #connection: RawConnection;

  constructor(rack: ApiRack) {
    this.#rack = rack;
    this.#connection = rack.connect();
  }

  async send(request: RawRequest): Promise<RawAnswer> {
    const answer = await this.#connection.send(request);
    if (answer.headers.get('connection') === 'close') {
      this.#connection.close();
      this.#connection = this.#rack.connect();
    }
    return answer;
  }
}

/** Keys of every scope, most of them of one tenant, and tokens. */
async function allKeys(rack: ApiRack, provision: TestKey): Promise<(route: Route) => string[]> {
  const others = [
    await rack.key('read'),
    await rack.key('power'),
    await rack.key('provision', 'other'),
    await rack.key('monitor'),
  ];
  const staff = (await rack.key('staff')).basic;
  const login = await rack.send({ method: 'POST', path: '/login', headers: { Authorization: provision.basic } });
  const { access_token } = JSON.parse(login.text) as { access_token: string };
  const all = [provision.basic, provision.basic, `Bearer ${access_token}`, ...others.map(({ basic }) => basic), staff];
  return ({ needs }) => (needs === 'staff' ? [...all, ...Array(24).fill(staff)] : all);
}

const STAFF = { who: 'test', address: undefined, tenant: undefined };

/** Boards do what they were told, so that they can be told again; two servers are there, whatever was deleted. */
async function settle(rack: ApiRack, owner: TestKey): Promise<void> {
  for (const { slot } of rack.plan.slots) {
    if (!rack.state.get(slotNumber(slot)).cycling) continue;
    await rack.state.intend(slotNumber(slot), { cycling: false });
    rack.boardUp(slot);
  }
  const by = { who: 'test', address: undefined, tenant: undefined };
  for (const { name, protection } of rack.servers.all())
    if (protection.delete || protection.rebuild)
      await rack.servers.change(name, { protection: { delete: false, rebuild: false } }, by);
  const slots = rack.plan.slots.map(({ slot }) => slot);
  await rack.until(() => slots.every((slot) => rack.jobs.activeOf(slot) === undefined));
  await rack.care.end(slots, STAFF);
  await rack.care.lift(slots, STAFF);
  for (const { name } of rack.tenancy.tenants()) await rack.tenancy.putTenant(name, undefined, STAFF);
  rack.flush();
  await makeRoom(rack);
  const { all } = rack.api.webhooks;
  for (const webhook of all.all().slice(2)) await all.remove(webhook, by);
  for (const name of ['web-1', 'web-2']) {
    if (rack.servers.all().some((each) => each.name === name)) continue;
    await rack.live(owner, name);
  }
  // Boots that are the servers' own.
  for (const { name, slot } of rack.servers.all()) if (name === 'web-1' || name === 'web-2') rack.boardUp(slot);
  await rack.store.commit.write(() => undefined);
  rack.flush();
}

/** Servers go before there is no board left for more. */
async function makeRoom(rack: ApiRack): Promise<void> {
  if (rack.servers.all().length < rack.plan.slots.length / 2) return;
  for (const { name, slot } of rack.servers.all()) {
    if (name === 'web-1' || name === 'web-2') continue;
    if (rack.jobs.activeOf(slot) === undefined)
      await rack.servers.remove(name, { who: 'test', address: undefined, tenant: undefined });
  }
  rack.flush();
}

const show = ({ body, ...rest }: RawRequest) =>
  JSON.stringify({ ...rest, ...(body === undefined ? {} : { body: body.slice(0, 1_000) }) });
