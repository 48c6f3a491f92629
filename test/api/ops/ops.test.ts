import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiRack, type TestKey } from '../support/api-rack.ts';

let rack: ApiRack;
let staff: TestKey;
let power: TestKey;
beforeEach(async () => {
  rack = await ApiRack.start(4);
  staff = await rack.key('staff');
  power = await rack.key('power');
});
afterEach(() => rack.stop());

const text = async (key: TestKey, method: string, path: string) => {
  const { status, text: body, headers } = await rack.send({ method, path, headers: { Authorization: key.basic } });
  return { status, body, type: headers.get('content-type') };
};

describe('metrics', () => {
  const scrape = async () => {
    const { status, body, type } = await text(staff, 'GET', '/metrics');
    expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    return new Map(
      body
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line): [string, number] => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
    );
  };

  it('are of the rack as it is now', async () => {
    rack.powered(2, false);
    await rack.state.intend(2 as never, { wanted: 'off' });
    rack.flush();
    const before = await scrape();
    expect(before.get('pirack_slots{condition="up"}')).toBe(3);
    expect(before.get('pirack_slots{condition="off"}')).toBe(1);
    expect(before.get('pirack_slots{condition="quarantined"}')).toBe(0);
    expect(before.get('pirack_switch_power_watts{switch="sw1"}')).toBe(12);
    expect(before.get('pirack_slot_up{slot="2",hostname="pi2"}')).toBe(0);
    expect(before.get('pirack_slot_power_watts{slot="1",hostname="pi1"}')).toBe(4);
    expect(before.get('pirack_servers{status="live"}')).toBe(0);
    await rack.live(await rack.key('provision'), 'web-1');
    expect((await scrape()).get('pirack_servers{status="live"}')).toBe(1);
  });

  it('are of the API and its process too, by route and never by what a client writes', async () => {
    await rack.call(power, 'GET', '/beta/pi/servers/a-name-that-nobody-has');
    await rack.call(power, 'GET', '/a-path-that-is-none');
    const names = [...(await scrape()).keys()];
    expect(names).toContain('pirack_api_answers_total{route="getServer",status="403"}');
    expect(names.filter((name) => name.startsWith('process_resident_memory_bytes'))).toHaveLength(1);
    expect(names.join()).not.toMatch(/nobody-has|is-none/);
  });
});

describe('service discovery', () => {
  it('is of the servers of a tenant, and says nothing of where they are', async () => {
    await rack.live(await rack.key('provision'), 'web-1');
    await rack.live(await rack.key('provision', 'other'), 'web-2');
    const { body } = await rack.call(power, 'GET', '/sd/boards');
    expect(body).toEqual([
      { targets: ['[2001:db8:0:1::2]:9100'], labels: { server: 'web-1', hostname: 'pi1', model: '3B' } },
    ]);
  });

  it('is of every slot in use for staff, at the port that is asked for', async () => {
    const { body } = await rack.call(staff, 'GET', '/sd/boards?port=9101');
    expect(body).toHaveLength(4);
    expect((body as unknown as unknown[])[1]).toEqual({
      targets: ['[2001:db8:0:2::2]:9101'],
      labels: { rack: 'test', slot: '2', hostname: 'pi2', switch: 'sw1', port: '2' },
    });
    for (const port of ['0', '65536', 'a', '-1'])
      expect((await rack.call(staff, 'GET', `/sd/boards?port=${port}`)).status).toBe(400);
  });
});

describe('outlets of pdudaemon', () => {
  it.each([
    ['GET', 'off', 'off'],
    ['POST', 'reboot', 'cycle'],
  ])('are switched by %s %s', async (method, command, action) => {
    const answer = await text(staff, method, `/power/control/${command}?hostname=sw1&port=3&delay=5`);
    expect(answer).toEqual({ status: 200, body: `accepted: ${command}\n`, type: 'text/plain; charset=utf-8' });
    expect(rack.intended).toMatchObject([{ slots: [3], action, by: { who: staff.id, tenant: undefined } }]);
  });

  it('are slots by their number where the rack is named', async () => {
    expect((await text(staff, 'GET', '/power/control/off?hostname=test&port=2')).status).toBe(200);
    expect(rack.intended).toMatchObject([{ slots: [2], action: 'off' }]);
  });

  it('do nothing twice, and switch on what is off when they are to reboot', async () => {
    await text(staff, 'GET', '/power/control/on?hostname=sw1&port=1');
    expect(rack.intended).toEqual([]);
    await text(staff, 'GET', '/power/control/reboot?hostname=sw1&port=1');
    rack.flush();
    await expect
      .poll(async () => {
        await text(staff, 'GET', '/power/control/reboot?hostname=sw1&port=1');
        return rack.intended.length;
      })
      .toBe(1);
    await text(staff, 'GET', '/power/control/off?hostname=sw1&port=2');
    rack.flush();
    await text(staff, 'GET', '/power/control/reboot?hostname=sw1&port=2');
    expect(rack.intended.map(({ action }) => action)).toEqual(['cycle', 'off', 'on']);
  });

  it('that are not there are told, with what was expected', async () => {
    for (const query of ['hostname=sw1&port=99', 'hostname=sw1', 'hostname=nowhere&port=1', 'hostname=web-1&port=1'])
      expect((await rack.call(staff, 'GET', `/power/control/on?${query}`)).body).toMatchObject({
        code: 'not_found',
        error: expect.stringMatching(/expected a switch as hostname/),
      });
    expect((await rack.call(staff, 'GET', '/power/control/explode?hostname=sw1&port=1')).status).toBe(400);
    expect((await rack.call(staff, 'GET', '/power/control/on?hostname=sw1&hostname=sw2&port=1')).status).toBe(400);
  });

  it('of a tenant are its servers, and one that is called as a switch is never mistaken for it', async () => {
    await rack.live(await rack.key('provision'), 'sw1');
    await text(power, 'GET', '/power/control/off?hostname=sw1&port=3');
    await text(staff, 'GET', '/power/control/off?hostname=sw1&port=3');
    expect(rack.intended.map(({ slots }) => slots)).toEqual([[1], [3]]);
    expect((await text(power, 'GET', '/power/control/off?hostname=test&port=3')).status).toBe(403);
  });

  it('are left alone while a job works on the server, for staff as well', async () => {
    rack.installing.close();
    await rack.call(await rack.key('provision'), 'POST', '/beta/pi/servers/web-1', {});
    const answer = await rack.call(staff, 'GET', '/power/control/off?hostname=sw1&port=1');
    expect(answer).toMatchObject({ status: 409, body: { code: 'not_live' } });
    expect(rack.intended).toEqual([]);
  });
});

describe('machines of MAAS', () => {
  // What its webhook driver looks for when nothing else is set.
  const ON = /status.*:.*running/;
  const OFF = /status.*:.*stopped/;
  const status = async (machine: string) => (await text(staff, 'GET', `/maas/${machine}`)).body;

  it('are asked until the switch reads what was wanted', async () => {
    expect(await status('pi3')).toMatch(ON);
    expect((await text(staff, 'POST', '/maas/pi3/off')).body).toMatch(ON);
    expect(rack.intended).toMatchObject([{ slots: [3], action: 'off' }]);
    rack.flush();
    expect(await status('PI3')).toMatch(ON);
    rack.powered(3, false);
    rack.flush();
    await expect.poll(() => status('3')).toMatch(OFF);
    await text(staff, 'POST', '/maas/3/on');
    expect(rack.intended).toMatchObject([{ action: 'off' }, { slots: [3], action: 'on' }]);
  });

  it('are neither on nor off while the port gives power and nothing draws it', async () => {
    rack.state.setPower(3 as never, { admin: true, detection: 'searching', watts: undefined, readAt: 0 as never });
    rack.flush();
    await expect.poll(() => status('3')).toBe('{"status":"unknown"}');
  });

  it('of a tenant are its servers by name', async () => {
    await rack.live(await rack.key('provision'), 'web-1');
    expect((await text(power, 'GET', '/maas/WEB-1')).body).toMatch(ON);
    expect((await text(power, 'GET', '/maas/3')).status).toBe(403);
    expect((await text(staff, 'GET', '/maas/web-1')).status).toBe(404);
  });
});
