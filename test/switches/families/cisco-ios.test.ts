import { describe, expect, it } from 'vitest';
import { ciscoIos } from '../../../src/sim/switch/families/cisco-ios.ts';
import { STATUS, TAG } from '../../../src/sim/switch/mib.ts';
import { get, set } from '../../sim/switch/support/ask.ts';
import type { FamilyUnderTest } from './support/story.ts';
import { storyOf, tellStory } from './support/story.ts';

const VTP = '1.3.6.1.4.1.9.9.46.1';
const MEMBERSHIP = '1.3.6.1.4.1.9.9.68';

const FAMILY: FamilyUnderTest = {
  driver: 'cisco-ios',
  options: ciscoIos({ trunks: [7] }),
  rule: 'the switch names the entity of a PoE port, and its interface',
  ports: ['Fa3/0/1', 'Fa3/0/2', 'Fa3/0/3', 'Fa3/0/4'],
  uplink: 'Fa3/0/7',
  vlanObjects: [VTP, MEMBERSHIP],
  third: (oid) => oid === `${MEMBERSHIP}.1.2.2.1.2.11003`,
  watts: 15.4,
};

describe('Cisco IOS', () => {
  tellStory(FAMILY);

  it('gives a port its way of being powered back, whatever it was', async () => {
    const story = storyOf(FAMILY);
    const enable = '1.3.6.1.4.1.9.9.402.1.2.1.1.3.4';
    set(story.device, [enable, TAG.Integer32, 2]);
    await story.done(story.poe.read());
    expect(await story.done(story.poe.set(['Fa3/0/2'], false))).toMatchObject([{ ok: true }]);
    expect(get(story.device, enable)).toBe(4);
    expect(await story.done(story.poe.set(['Fa3/0/2'], true))).toMatchObject([{ ok: true }]);
    expect(get(story.device, enable)).toBe(2);
  });

  it('has ports 25 and on behind the gap of its numbering', async () => {
    const story = storyOf({ ...FAMILY, options: { ...ciscoIos(), ports: 28 } });
    const map = await story.done(story.poe.ports());
    expect(['Fa3/0/1', 'Fa3/0/24', 'Fa3/0/25'].map((name) => map.find(name)?.row)).toEqual(['3.3', '3.26', '3.29']);
  });

  it('loses the edit buffer in a restart', async () => {
    const { device, clock } = storyOf(FAMILY);
    const operation = `${VTP}.4.1.1.1.1`;
    set(device, [operation, TAG.Integer32, 2]);
    expect(set(device, [operation, TAG.Integer32, 2])).toEqual([STATUS.inconsistentValue, 1]);
    device.reboot();
    await clock.advanceAsync(1_000);
    expect(set(device, [operation, TAG.Integer32, 2])).toEqual([STATUS.noError, 0]);
  });

  it('makes no VLANs as a VTP client, and takes no buffer from somebody else', async () => {
    const client = storyOf({ ...FAMILY, options: ciscoIos({ trunks: [7], vtp: 'client' }) });
    const vlans = await client.vlans();
    const before = client.snapshot();
    expect(await client.apply(vlans, await client.scope(vlans))).toMatchObject({
      kind: 'rolled-back',
      reason: expect.stringContaining('VTP client'),
    });
    expect(client.snapshot()).toEqual(before);

    const taken = storyOf(FAMILY);
    set(
      taken.device,
      [`${VTP}.4.1.1.3.1`, TAG.OctetString, Buffer.from('nms')],
      [`${VTP}.4.1.1.1.1`, TAG.Integer32, 2],
    );
    const others = await taken.vlans();
    expect(await taken.apply(others, await taken.scope(others))).toMatchObject({
      kind: 'rolled-back',
      reason: expect.stringContaining('being edited by "nms"'),
    });
  });
});
