import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ControlClient, NotServing, Refused } from '../../../src/api/control/client.ts';
import type { StatusView } from '../../../src/api/control/protocol.ts';
import { type ControlTarget, serveControl } from '../../../src/api/control/server.ts';
import type { PowerProgress } from '../../../src/jobs/power.ts';
import { millis, slotNumber } from '../../../src/rack/units.ts';
import { SwitchError } from '../../../src/switches/errors.ts';

const log = pino({ level: 'silent' });
const status = { rack: 'r', slots: [{ slot: 1 }, { slot: 2 }] } as unknown as StatusView;
const progress = (slot: number, state: PowerProgress['state']): PowerProgress => ({
  slot: slotNumber(slot),
  state,
  after: millis(5),
  detail: '',
});
const target: ControlTarget = {
  status: () => status,
  board: (slot) => (slot === 1 ? ({ slot: { slot: 1 } } as never) : undefined),
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
};

let directory: string;
let path: string;
let server: Server;
let client: ControlClient;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'pirack-control-'));
  path = join(directory, 'control.sock');
  server = await serveControl(path, target, log);
  client = new ControlClient(path);
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
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
    expect(await raw('POST', '/v1/power', 'x'.repeat(100_000))).toMatchObject({ status: 413 });
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

  it('says plainly when nobody serves, and when a path is too long', async () => {
    await expect(new ControlClient(join(directory, 'none.sock')).status()).rejects.toThrow(NotServing);
    await expect(serveControl(`/tmp/${'x'.repeat(120)}/control.sock`, target, log)).rejects.toThrow(
      /expected at most 107/,
    );
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
