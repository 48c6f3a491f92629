import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { FailedLogins } from '../../../src/api/http/auth/failed-logins.ts';
import { minutes } from '../../../src/rack/units.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { ApiRack, type TestKey } from '../support/api-rack.ts';
import type { RawAnswer } from '../support/raw-http.ts';

describe('failed logins', () => {
  it('are as many as are allowed, each network for itself, and forgotten after a quarter of an hour', () => {
    const clock = new VirtualClock();
    const failures = new FailedLogins(2, clock);
    const tries = (network: string) => {
      failures.admit(network);
      failures.failed(network);
    };
    tries('a');
    tries('a');
    expect(() => tries('a')).toThrow(/try again in 900 s/);
    tries('b');
    clock.advance(minutes(15));
    tries('a');
  });

  it('of more networks than there is room for are forgotten, the oldest first', () => {
    const failures = new FailedLogins(1, new VirtualClock());
    for (let network = 0; network <= 50_000; network++) failures.failed(String(network));
    expect(() => failures.admit('0')).not.toThrow();
    expect(() => failures.admit('1')).toThrow(/too many failed logins/);
  });
});

describe('limits of the served API', () => {
  let rack: ApiRack;
  let key: TestKey;
  beforeEach(async () => {
    rack = await ApiRack.start(2, { limits: { requests: 60, failures: 5 } });
    key = await rack.key('provision');
  });
  afterEach(() => rack.stop());

  const list = (authorization: string) =>
    rack.send({ method: 'GET', path: '/beta/pi/servers', headers: { Authorization: authorization } });
  const wrong = () => `Basic ${Buffer.from(`${key.id}:wrong`).toString('base64')}`;

  it('let more requests of good keys be under way at once than logins may fail', async () => {
    await rack.live(key, 'web-1');
    rack.recording.close();
    let refused = 0;
    const off = async () => {
      const { status } = await rack.call(key, 'PUT', '/beta/pi/servers/web-1/power', { power: false });
      if (status !== 200) refused++;
    };
    const answered = Promise.all(Array.from({ length: 20 }, off));
    await rack.until(() => rack.intended.length + refused === 20);
    rack.recording.open();
    await answered;
    expect(refused).toBe(0);
  });

  it('count every guess, also of those that come at once, by each way of logging in', async () => {
    const guesses = await Promise.all([
      ...Array.from({ length: 10 }, () => list(wrong())),
      ...Array.from({ length: 10 }, () =>
        rack.send({
          method: 'POST',
          path: '/login',
          headers: { Authorization: wrong(), 'Content-Type': 'application/x-www-form-urlencoded' },
          body: 'grant_type=client_credentials',
        }),
      ),
    ]);
    expect(guesses.filter(({ status }) => status === 401)).toHaveLength(5);
    const late = guesses.find(({ status }) => status === 429);
    expect(Number(late?.headers.get('retry-after'))).toBeGreaterThan(800);
    // Also the right one waits: or it could be told from the wrong ones.
    expect((await list(key.basic)).status).toBe(429);
  });

  it('let a key have its burst, and then say when to come back', async () => {
    const connection = rack.connect();
    const statuses: number[] = [];
    for (let n = 0; n < 62; n++) {
      const answer = await connection.send({
        method: 'GET',
        path: '/beta/pi/servers',
        headers: { Authorization: key.basic },
      });
      statuses.push(answer.status);
    }
    expect(statuses.indexOf(429)).toBe(60);
    const other = await rack.key('read', 'other');
    expect((await list(other.basic)).status).toBe(200);
  });

  it('count what a key may not as well', async () => {
    const connection = rack.connect();
    const statuses: number[] = [];
    for (let n = 0; n < 61; n++)
      statuses.push(
        (
          await connection.send({
            method: 'POST',
            path: '/beta/pi/servers/web-1/reboot',
            headers: { Authorization: key.basic },
          })
        ).status,
      );
    expect([statuses.lastIndexOf(403), statuses.indexOf(429)]).toEqual([59, 60]);
  });

  it('let a tenant have what four keys have, however many it holds, and leave others and staff alone', async () => {
    const few = await ApiRack.start(1, { limits: { requests: 6, failures: 5 } });
    onTestFinished(() => few.stop());
    const keys = await Promise.all(Array.from({ length: 6 }, () => few.key('read')));
    const connection = few.connect();
    const list = async (one: TestKey) => (await few.call(one, 'GET', '/beta/pi/servers')).status;
    const answers: RawAnswer[] = [];
    for (const { basic } of keys)
      for (let n = 0; n < 5; n++)
        answers.push(
          await connection.send({ method: 'GET', path: '/beta/pi/servers', headers: { Authorization: basic } }),
        );
    expect(answers.findIndex(({ status }) => status === 429)).toBe(24);
    const [refused] = answers.slice(24);
    expect(refused?.headers.get('retry-after')).toBe('60');
    expect(refused?.text).toContain('at most 24 requests a minute of all keys of a tenant');
    expect(answers.slice(24).every(({ status }) => status === 429)).toBe(true);
    const [other, staff] = [await few.key('read', 'other'), await few.key('staff')];
    expect([await list(other), await list(staff)]).toEqual([200, 200]);
  });
});
