import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linesOf } from '../../../src/api/v1/boots/log.ts';
import { millis, slotNumber } from '../../../src/rack/units.ts';
import { ApiRack, type TestKey } from '../support/api-rack.ts';

let rack: ApiRack;
let key: TestKey;

beforeAll(async () => {
  rack = await ApiRack.start(4);
  key = await rack.key('read');
  await rack.live(await rack.key('provision'), 'web-1');
});
afterAll(() => rack.stop());

const get = async (path: string) => {
  const { status, body } = await rack.call(key, 'GET', `/api/v1/servers/web-1/boots${path}`);
  return { status, body: body as never as Record<string, never> };
};

describe('boots', () => {
  it('of who had the slot before are nobody’s business', async () => {
    await rack.store.commit.write(() => undefined);
    expect(rack.store.boots.ofSlot(slotNumber(1), 10)).toHaveLength(1);
    expect((await get('')).body).toEqual({ boots: [] });
    const [before] = rack.store.boots.ofSlot(slotNumber(1), 1);
    for (const path of [`/${before?.id}`, `/${before?.id}/log`]) expect((await get(path)).status).toBe(404);
  });

  it('have a timeline with seconds, and a log', async () => {
    const slot = slotNumber(1);
    rack.state.saw(slot, 'power_on', '');
    // Its row is there before what follows is seen.
    await rack.store.commit.write(() => undefined);
    for (const milestone of ['discover', 'first_request', 'kernel_sent', 'root_mounted', 'ssh_up'] as const)
      rack.state.saw(slot, milestone, '');
    await rack.until(() => rack.store.boots.ofSlot(slotNumber(1), 1)[0]?.outcome === 'up');
    rack.flush();
    const { body } = await get('');
    const [boot] = body.boots as unknown as { id: string }[];
    expect(boot).toMatchObject({ outcome: 'up', ended_at: null, cause: null });
    expect((await get(`/${boot?.id}`)).body).toMatchObject({
      id: boot?.id,
      seconds: expect.any(Number),
      milestones: [{ milestone: 'power_on', seconds: 0 }, {}, {}, {}, {}, { milestone: 'ssh_up' }],
    });
    const { lines } = (await get(`/${boot?.id}/log`)).body as unknown as { lines: string[] };
    expect(lines[0]).toMatch(/^\[ {4}0\.000\] power is on$/);
    expect(lines.at(-1)).toMatch(/\] SSH: the server answers$/);
    expect((await get('/nothing')).body.code).toBe('not_found');
  });

  it('are told without the port of the switch, with files while they go on, and why they stood still', () => {
    const at = (after: number) => millis(1_000 + after);
    const load = {
      stage: 'first_request' as const,
      requests: 3,
      missing: 1,
      files: 2,
      broken: 0,
      bytes: 9,
      ms: 1,
      retransmits: 0,
    };
    const boot = {
      id: 1,
      slot: slotNumber(1),
      startedAt: at(0),
      endedAt: undefined,
      outcome: undefined,
      cause: 'no NFS mount',
      model: undefined,
      image: undefined,
      steps: [
        { milestone: 'power_on', at: at(0), detail: 'sw1 port 7' },
        { milestone: 'first_request', at: at(2_500), detail: 'bootcode.bin' },
      ],
      loads: [load],
      spans: {},
    } as const;
    const recent = [
      { at: millis(500), text: 'of the boot before' },
      { at: at(2_500), text: 'first_request: bootcode.bin' },
      { at: at(3_000), text: 'start.elf sent' },
    ];
    expect(linesOf(boot, recent)).toEqual([
      '[    0.000] power is on',
      '[    2.500] TFTP: the first file is asked for (bootcode.bin)',
      '[    3.000] start.elf sent',
      'TFTP after first_request: 3 requests, 2 files, 9 bytes, 1 not there, 0 broken off, 0 blocks sent again',
      'it stood still: no NFS mount',
    ]);
  });
});
