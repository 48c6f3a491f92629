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
});
