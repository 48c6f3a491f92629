import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ControlClient, NotServing, Refused } from '../../../src/api/control/client.ts';
import { Feed } from '../../../src/api/control/feed.ts';
import type { FeedLine } from '../../../src/api/control/feed-protocol.ts';
import type { StatusView } from '../../../src/api/control/protocol.ts';
import { type ControlTarget, type IntendRequest, serveControl } from '../../../src/api/control/server.ts';
import { JobRefused } from '../../../src/jobs/durable/kind.ts';
import { EventLog } from '../../../src/jobs/event-log.ts';
import type { PowerProgress } from '../../../src/jobs/power.ts';
import { Tenancy } from '../../../src/jobs/tenancy.ts';
import { realClock } from '../../../src/net/real-clock.ts';
import { millis, slotNumber } from '../../../src/rack/units.ts';
import { NotPossible } from '../../../src/roots/errors.ts';
import { Store } from '../../../src/store/store.ts';
import { SwitchError } from '../../../src/switches/errors.ts';

const log = pino({ level: 'silent' });
const status = { rack: 'r', slots: [{ slot: 1 }, { slot: 2 }] } as unknown as StatusView;
const progress = (slot: number, state: PowerProgress['state']): PowerProgress => ({
  slot: slotNumber(slot),
  state,
  after: millis(5),
  detail: '',
});
const by = { who: 'somebody', address: undefined, tenant: undefined };
const intended: IntendRequest[] = [];
let store: Store;
let tenancy: Tenancy;
let feed: Feed;
const target: ControlTarget = {
  get tenancy() {
    return tenancy;
  },
  get feed() {
    return feed;
  },
  servers: undefined as never,
  tasks: undefined as never,
  findTasks: () => [],
  care: undefined as never,
  assignments: undefined as never,
  askGroup: async () => undefined as never,
  group: () => undefined,
  groups: () => [],
  eventPage: (after, limit, filter) => store.events.page(after, limit, filter),
  newestEvents: (limit, filter) => store.events.newest(limit, filter),
  tellEvent: (told) => new EventLog(store, realClock).write(told),
  recordAudit: (who, entry) => store.commit.write(() => store.audit.add(realClock.now(), who, entry)),
  audit: ({ limit, before, tenant }) => store.audit.newest(limit, before, tenant),
  hasSlot: (slot) => status.slots.some((each) => each.slot === slot),
  intend: async (request) => {
    intended.push(request);
    feed.slotChanged(slotNumber(1));
  },
  status: () => status,
  board: (slot) => (slot === 1 ? ({ slot: { slot: 1 } } as never) : undefined),
  powerSeries: async (query) => ({ points: [query] }) as never,
  healthSeries: async () => ({ points: [] }) as never,
  boots: (slot, limit) => (slot === 1 ? ({ slot, boots: [{ id: limit }] } as never) : undefined),
  allBoots: (limit) => [{ slot: 1, boots: [{ id: limit }] }] as never,
  power: async (wanted, tell) => {
    if (wanted.action === 'off') throw new Error('the switch burns');
    tell(progress(1, 'holding'));
    return wanted.slots.map((slot) => progress(slot, 'on'));
  },
  refresh: async () => undefined,
  switches: () => [{ name: 'sw 1' }, { name: 'sw2' }] as never,
  switchPlan: async (name) => ({ advice: [name] }) as never,
  switchVerify: async (name) => {
    if (name === 'sw2') throw new SwitchError('snmp-timeout', 'sw2 did not answer');
    return [];
  },
  switchApply: async (name, tell) => {
    tell({ stage: 'join', text: 'on its way' });
    return { ok: true, outcome: 'isolated', text: name, steps: 1, took: 2, advice: [] };
  },
  switchProve: async (_name, slot) => ({ proven: true, slot, text: 'it is' }),
  switchDiscover: async () => ({ yaml: 'switches: []', incomplete: [] }),
  configure: async ({ slots, ...rest }) => slots.map((slot) => ({ slot, ok: true, text: JSON.stringify(rest) })),
  askJobs: async () => [],
  jobs: () => [],
  roots: async () => [],
  initBackups: async () => '/srv/backup',
  listBackups: async () => {
    throw new NotPossible('no backups can be listed', ['restic is not installed']);
  },
  askRackJob: async ({ kind }) => ({ id: 7, kind }) as never,
  job: () => undefined,
  cancelJob: async () => Promise.reject(new JobRefused('too_late', 'job 1: it has ended already')),
};

let directory: string;
let path: string;
const NO_STORAGE = { fileSystems: [], databases: [], conditions: [] };
let server: Server;
let client: ControlClient;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'pirack-control-'));
  store = new Store(directory);
  tenancy = new Tenancy(store, realClock);
  feed = new Feed(
    {
      slot: (slot) => ({ slot }) as never,
      server: () => undefined,
      sections: () => ({
        storage: NO_STORAGE,
        tenants: tenancy.tenants(),
        keys: tenancy.keys(),
        totals: undefined as never,
      }),
      snapshot: () => ({
        rack: 'r',
        zone: 'z',
        kind: 'virtual',
        images: [],
        storage: NO_STORAGE,
        totals: undefined as never,
        slots: [],
        servers: [],
        tenants: tenancy.tenants(),
        keys: [],
      }),
    },
    realClock,
  );
  tenancy.onChange(() => feed.changed('tenants'));
  path = join(directory, 'control.sock');
  server = await serveControl(path, target, log);
  client = new ControlClient(path);
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
  feed.stop();
  store.close();
  rmSync(directory, { recursive: true });
});

function raw(method: string, url: string, body?: string | Buffer): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const out = request({ socketPath: path, method, path: url, agent: false }, (response) => {
      let text = '';
      response.on('data', (part: Buffer) => {
        text += part.toString();
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    out.on('error', reject);
    out.end(body);
  });
}

describe('the control socket', () => {
  it('gives the boots of one slot, of all, and no more than are kept', async () => {
    expect(await client.boots(1, 7)).toEqual({ slot: 1, boots: [{ id: 7 }] });
    expect(await client.allBoots()).toEqual([{ slot: 1, boots: [{ id: 1 }] }]);
    await expect(client.boots(9, 1)).rejects.toThrow('no slot 9 in this rack');
    for (const limit of ['0', '51', '-1', '1e1', 'all', '']) {
      const answer = await raw('GET', `/v1/boards/1/boots?limit=${limit}`);
      expect(answer, limit).toEqual({ status: 400, body: '{"error":"limit: expected a number from 1 to 50"}' });
    }
  });

  it('is for its owner and group only', () => {
    expect(statSync(path).mode & 0o777).toBe(0o660);
  });

  it('answers status and boards, and says what it does not know', async () => {
    expect(await client.status()).toEqual(status);
    expect(await client.board(1)).toEqual({ slot: { slot: 1 } });
    await expect(client.board(9)).rejects.toThrow(new Refused('no slot 9 in this rack'));
    expect(await raw('GET', '/v1/nothing')).toMatchObject({ status: 404 });
    expect((await raw('GET', '/v1/status?since=x')).body).toMatch(/expected milliseconds/);
  });

  it('tells each step of a power request and then the result', async () => {
    const told: PowerProgress[] = [];
    const result = await client.power({ slots: [1, 2], action: 'cycle', who: 'ann' }, (step) => told.push(step));
    expect(told.map((step) => step.state)).toEqual(['holding']);
    expect(result.map((step) => [step.slot, step.state])).toEqual([
      [1, 'on'],
      [2, 'on'],
    ]);
  });

  it('refuses bad requests with what was expected, and reports a failure in the middle', async () => {
    await expect(client.power({ slots: [7], action: 'on', who: 'ann' }, () => {})).rejects.toThrow(
      'no slot 7 in this rack',
    );
    await expect(client.power({ slots: [1], action: 'off', who: 'ann' }, () => {})).rejects.toThrow('the switch burns');
    expect((await raw('POST', '/v1/power', 'not json')).body).toMatch(/expected a JSON body/);
    expect(await raw('POST', '/v1/power', JSON.stringify({ slots: [0], action: 'boil', who: '' }))).toMatchObject({
      status: 400,
    });
    expect(await raw('POST', '/v1/power', 'x'.repeat(300_000))).toMatchObject({ status: 413 });
  });

  it('survives any body', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 200 }).map(Buffer.from), fc.json()), async (body) => {
        const answer = await raw('POST', '/v1/power', body as string);
        expect([400, 404]).toContain(answer.status);
        expect(JSON.parse(answer.body)).toHaveProperty('error');
      }),
      { numRuns: 60 },
    );
    expect(await client.status()).toEqual(status);
  });

  it('replaces a dead socket, and refuses to take a live one', async () => {
    await expect(serveControl(path, target, log)).rejects.toThrow(/another controller is serving/);
    const dead = join(directory, 'dead.sock');
    // What a killed process leaves: a name in the directory that nobody answers on.
    writeFileSync(dead, '');
    const again = await serveControl(dead, target, log);
    expect(await new ControlClient(dead).status()).toEqual(status);
    again.close();
    again.closeAllConnections();
  });

  it('says plainly when nobody serves, or goes away in the middle, and when a path is too long', async () => {
    await expect(new ControlClient(join(directory, 'none.sock')).status()).rejects.toThrow(NotServing);
    const cutting = createServer((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"slots": [', () => response.destroy());
    });
    await new Promise<void>((done) => cutting.listen(join(directory, 'cutting.sock'), done));
    onTestFinished(() => void cutting.close());
    const cut = new ControlClient(join(directory, 'cutting.sock'));
    await expect(cut.status()).rejects.toThrow(NotServing);
    await expect(cut.power({ slots: [1], action: 'on', who: 'x' }, () => {})).rejects.toThrow(NotServing);
    await expect(serveControl(`/tmp/${'x'.repeat(120)}/control.sock`, target, log)).rejects.toThrow(
      /expected at most 107/,
    );
  });

  it('uses no connection twice, for one that was kept may be closed as the next request leaves', async () => {
    const heard = new WeakSet<object>();
    const closing = createServer((request, response) => {
      if (heard.has(request.socket)) return void request.socket.destroy();
      heard.add(request.socket);
      response.end(JSON.stringify(status));
    });
    await new Promise<void>((done) => closing.listen(join(directory, 'closing.sock'), done));
    onTestFinished(() => void closing.close());
    const often = new ControlClient(join(directory, 'closing.sock'));
    for (let asked = 0; asked < 3; asked++) expect(await often.status()).toEqual(status);
    closing.removeAllListeners('request').on('request', (request) => request.socket.destroy());
    await expect(often.status()).rejects.toThrow(/closed the connection before it answered/);
  });

  it('speaks of switches: by their names, with progress, and with what they refuse as an answer', async () => {
    expect((await client.switches()).map(({ name }) => name)).toEqual(['sw 1', 'sw2']);
    expect(await client.switchPlan('sw 1')).toEqual({ advice: ['sw 1'] });
    const told: string[] = [];
    expect(await client.switchApply('sw 1', ({ text }) => told.push(text))).toMatchObject({ ok: true, text: 'sw 1' });
    expect(told).toEqual(['on its way']);
    expect(await client.switchProve('sw2', 2, () => {})).toMatchObject({ proven: true, slot: 2 });
    expect(await client.switchDiscover('sw2')).toEqual({ yaml: 'switches: []', incomplete: [] });
    await expect(client.switchVerify('sw2')).rejects.toThrow(new Refused('sw2 did not answer'));
    await expect(client.switchVerify('sw3')).rejects.toThrow(/no switch sw3 in this rack: expected sw 1, sw2/);
    await expect(client.switchProve('sw2', 7, () => {})).rejects.toThrow(/no slot 7/);
    expect(await raw('POST', '/v1/switches/sw2/burn')).toMatchObject({ status: 404 });
  });

  it('takes settings of ports, and refuses what is none', async () => {
    const wanted = { slots: [1], priority: 'low', limit: 12, who: 'me' } as const;
    expect(await client.configurePorts(wanted)).toMatchObject([{ slot: 1, ok: true }]);
    expect(await raw('POST', '/v1/ports', JSON.stringify({ ...wanted, limit: -1 }))).toMatchObject({ status: 400 });
    expect(await raw('POST', '/v1/ports', JSON.stringify({ ...wanted, priority: 'most' }))).toMatchObject({
      status: 400,
    });
  });
});

describe('tenants and keys on the socket', () => {
  it('are made, shown without hashes, revoked and written down', async () => {
    expect(await client.putTenant({ name: 'acme', quota: 3, by })).toMatchObject({ name: 'acme', quota: 3 });
    const made = await client.createKey({ tenant: 'acme', scope: 'power', servers: ['Web-1'], label: 'ci', by });
    expect(made.secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(made.key).toMatchObject({ tenant: 'acme', scope: 'power', servers: ['web-1'] });
    expect(JSON.stringify(await client.keys())).not.toContain('hash');
    expect((await client.revokeKey({ id: made.key.id, by })).revokedAt).toBeGreaterThan(0);
    const actions = (await client.audit({ limit: 10 })).map((row) => `${row.action} ${row.target}`);
    expect(actions).toEqual([`key.revoke ${made.key.id}`, `key.create ${made.key.id}`, 'tenant.create acme']);
    expect(JSON.stringify(await client.audit({ limit: 10 }))).not.toContain(made.secret);
  });

  it('are refused with what was expected', async () => {
    await expect(client.putTenant({ name: 'No Good', by })).rejects.toThrow(/lower-case letters/);
    await expect(client.createKey({ tenant: 'nobody', scope: 'read', label: 'x', by })).rejects.toThrow(
      /no tenant "nobody"/,
    );
    await expect(client.createKey({ scope: 'read', label: 'x', by })).rejects.toThrow(
      /a tenant for every scope but staff/,
    );
    await expect(client.revokeKey({ id: 'k0', by })).rejects.toThrow(/no key "k0"/);
    expect((await raw('GET', '/v1/audit?limit=0')).status).toBe(400);
  });
});

describe('the feed', () => {
  it('begins with everything, goes on with what changes, and tells when a command is in it', async () => {
    const lines: FeedLine[] = [];
    const stop = client.feed(
      (line) => lines.push(line),
      () => undefined,
    );
    await expect.poll(() => lines.length).toBe(1);
    expect(lines[0]?.snapshot).toMatchObject({ rack: 'r', tenants: [] });
    const { seq } = await client.intend({ slots: [1], action: 'cycle', by });
    expect(intended.at(-1)).toEqual({ slots: [1], action: 'cycle', by });
    await expect.poll(() => lines.at(-1)?.seq).toBe(seq);
    expect(lines.at(-1)).toEqual({ seq, slots: [{ slot: 1 }] });
    await client.putTenant({ name: 'acme', by });
    await expect.poll(() => lines.at(-1)?.tenants?.[0]?.name).toBe('acme');
    stop();
  });

  it('tells its reader when the controller goes away', async () => {
    let ended: Error | undefined;
    let lines = 0;
    client.feed(
      () => lines++,
      (cause) => {
        ended = cause;
      },
    );
    await expect.poll(() => lines).toBe(1);
    expect(ended).toBeUndefined();
    server.closeAllConnections();
    await expect.poll(() => ended).toBeInstanceOf(NotServing);
  });
});
