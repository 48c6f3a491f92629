import { describe, expect, it } from 'vitest';
import { icx } from '../../../src/sim/switch/families/icx.ts';
import { STATUS, TAG } from '../../../src/sim/switch/mib.ts';
import { get, set } from '../../sim/switch/support/ask.ts';
import type { FamilyUnderTest } from './support/story.ts';
import { storyOf, tellStory } from './support/story.ts';

const VLAN = '1.3.6.1.4.1.1991.1.1.3.2';
const CONTROL = '1.3.6.1.4.1.1991.1.1.2.14.2.2.1.2';

const FAMILY: FamilyUnderTest = {
  driver: 'icx',
  options: icx(),
  rule: 'the PoE port index is an ifIndex',
  ports: [1, 2, 3, 4].map((port) => `GigabitEthernet1/1/${port}`),
  uplink: 'GigabitEthernet1/1/7',
  vlanObjects: [VLAN],
  third: (oid) => /\.2\.6\.1\.[34]\.103\.3$/.test(oid),
};

describe('Brocade ICX', () => {
  tellStory(FAMILY);

  it('has a port untagged in one VLAN at a time, and a VLAN while it has ports', () => {
    const { device } = storyOf(FAMILY);
    const row = (vlan: number, port: number, value: number) =>
      [`${VLAN}.6.1.3.${vlan}.${port}`, TAG.Integer32, value] as const;
    expect(set(device, row(30, 2, 4))).toEqual([STATUS.noError, 0]);
    expect(set(device, row(40, 2, 4))).toEqual([STATUS.inconsistentValue, 1]);
    expect(get(device, `${VLAN}.7.1.8.30`)).toBe(1);
    expect(set(device, row(30, 2, 3))).toEqual([STATUS.noError, 0]);
    expect(device.bridge.config.vlans.has(30)).toBe(false);
    expect(device.segment(2)).toMatchObject({ vlan: 1 });
  });

  it('gives a port for old devices back what it was', async () => {
    const story = storyOf(FAMILY);
    set(story.device, [`${CONTROL}.2`, TAG.Integer32, 4]);
    await story.done(story.poe.read());
    for (const on of [false, true])
      expect(await story.done(story.poe.set(['GigabitEthernet1/1/2'], on))).toMatchObject([{ ok: true }]);
    expect(get(story.device, `${CONTROL}.2`)).toBe(4);
    expect(get(story.device, `${CONTROL}.7`)).toBe(1);
  });
});
