/**
 * A switch of a family from out of the box to isolated, as the rest of pirack would have it: found out what it is, ports
 * mapped, power switched, VLANs planned and written, somebody's hand noticed and undone, and a lie in the middle undone too.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seconds, slotNumber, vlanId } from '../../../../src/rack/units.ts';
import type { VirtualSwitch, VirtualSwitchOptions } from '../../../../src/sim/switch/virtual-switch.ts';
import type { VlanBackend } from '../../../../src/switches/backend.ts';
import type { PoeSwitch } from '../../../../src/switches/poe.ts';
import { openSwitch } from '../../../../src/switches/poe.ts';
import { chooseByIdentity } from '../../../../src/switches/snmp/choose.ts';
import { SnmpErrorStatus } from '../../../../src/switches/snmp/errors.ts';
import type { SnmpSession, SnmpSet } from '../../../../src/switches/snmp/session.ts';
import { createVlanBackend } from '../../../../src/switches/vlans/backend.ts';
import type { UseSwitch } from '../../../../src/switches/vlans/dialects/raw.ts';
import type { VlanScope } from '../../../../src/switches/vlans/scope.ts';
import { resolveScope } from '../../../../src/switches/vlans/scope.ts';
import { checkPvids, verifyIsolation } from '../../../../src/switches/vlans/verify.ts';
import { walk } from '../../../sim/switch/support/ask.ts';
import type { TestBoard } from '../../support/board.ts';
import { directSession } from '../../support/direct-session.ts';
import { log, makeSwitch, planFor, plugIn, secrets, V2C } from '../../support/rig.ts';
import type { Bench } from '../../vlans/support/runs.ts';
import { bench } from '../../vlans/support/runs.ts';

/** A family whose power is known, and perhaps not its VLANs. */
export interface PoweredFamily {
  readonly driver: string;
  readonly options: Partial<VirtualSwitchOptions>;
  readonly rule: string;
  /** Names on the front of four PoE ports with boards. */
  readonly ports: readonly string[];
  readonly uplink: string;
  /** What is read of a board that draws 4 W, where that is not measured. */
  readonly watts?: number;
}

export interface FamilyUnderTest extends PoweredFamily {
  /** Roots of everything that its VLANs are kept in, which a roll-back has to bring back to the last octet. */
  readonly vlanObjects: readonly string[];
  /** Objects that only isolating the third port writes. */
  readonly third: (oid: string) => boolean;
}

const SLOTS = [101, 102, 103, 104];
const MOVED_TO = 104;

type Spoil = 'lie' | 'refuse' | undefined;

export interface Story extends Bench {
  readonly device: VirtualSwitch;
  readonly poe: PoeSwitch;
  readonly boards: Map<number, TestBoard>;
  readonly sets: (readonly SnmpSet[])[];
  /** What becomes of SETs of `third`. */
  spoil: Spoil;
  vlans(): Promise<VlanBackend>;
  scope(vlans: VlanBackend): Promise<VlanScope>;
  done<T>(promise: Promise<T>): Promise<T>;
  snapshot(): Record<string, unknown>;
}

export function storyOf(family: FamilyUnderTest): Story {
  const run = bench();
  const device = makeSwitch(run.clock, { ports: 6, uplinks: 2, ...family.options });
  const boards = plugIn(device, [1, 2, 3, 4]);
  const sets: (readonly SnmpSet[])[] = [];
  const session = directSession(device, { clock: run.clock });
  const poe = openSwitch(planFor(161, V2C, [family.uplink]), {
    clock: run.clock,
    log,
    secrets,
    ports: family.ports,
    chooseDriver: chooseByIdentity(log),
    openSession: async () => spoilt(session),
  });
  const spoilt = (plain: SnmpSession): SnmpSession => ({
    counts: plain.counts,
    get: (oids) => plain.get(oids),
    getBulk: (request) => plain.getBulk(request),
    close: () => plain.close(),
    async set(varbinds) {
      sets.push(varbinds);
      const bad = story.spoil === undefined ? [] : varbinds.filter(({ oid }) => family.third(oid));
      if (story.spoil === 'refuse' && bad.length > 0) throw new SnmpErrorStatus('set', 'genErr', bad[0]!.oid);
      const good = varbinds.filter((varbind) => !bad.includes(varbind));
      if (good.length > 0) await plain.set(good);
    },
  });
  const done = async <T>(promise: Promise<T>): Promise<T> => {
    const result = await run.settle(promise);
    if (result === 'quiet') throw new Error('it waits for something that never comes');
    return result as T;
  };
  const story: Story = {
    ...run,
    device,
    poe,
    boards,
    sets,
    spoil: undefined,
    done,
    async vlans() {
      const { driver } = await done(poe.poll());
      const use: UseSwitch = (what, work) =>
        poe.run({ what, deadline: seconds(120), work: ({ access }) => work(access) });
      return createVlanBackend(driver, use)!;
    },
    async scope(vlans) {
      const { interfaces } = await done(poe.ports());
      const slots = family.ports.map((port, place) => {
        return { slot: slotNumber(place + 1), port, vlan: vlanId(SLOTS[place]!) };
      });
      const found = resolveScope({ switch: 'psw1', slots, uplinks: [family.uplink] }, interfaces, vlans.numbering);
      if ('refused' in found) throw new Error(found.refused.join('; '));
      return found;
    },
    snapshot: () => {
      const objects = family.vlanObjects.flatMap((root) =>
        [...walk(device, root)].map(([index, value]) => [`${root}.${index}`, value]),
      );
      const { vlans, ports } = device.bridge.config;
      const members = [...vlans].map(([id, { name, egress, untagged }]) => [
        id,
        name,
        [...egress].sort(),
        [...untagged].sort(),
      ]);
      return {
        objects: Object.fromEntries(objects),
        vlans: Object.fromEntries(members.map(([id, ...rest]) => [id, rest])),
        ports: Object.fromEntries(ports),
      };
    },
  };
  return story;
}

export function tellPower(family: PoweredFamily): void {
  tell({ ...family, vlanObjects: [], third: () => false }, false);
}

export function tellStory(family: FamilyUnderTest): void {
  tell(family, true);
}

function tell(family: FamilyUnderTest, isolates: boolean): void {
  let story: Story;
  beforeEach(() => {
    story = storyOf(family);
  });
  afterEach(() => {
    story.poe.close();
    return story.device.close();
  });

  describe(`a switch of ${family.driver}, out of the box`, () => {
    it('is known for what it is, and which of its ports is which', async () => {
      const { driver } = await story.done(story.poe.poll());
      expect(driver.name).toBe(family.driver);
      const map = await story.done(story.poe.ports());
      expect(map.rule).toBe(family.rule);
      expect(family.ports.map((name) => map.find(name)?.number)).toEqual([1, 2, 3, 4]);
    });

    it('powers boards one by one', async () => {
      const [, second] = family.ports;
      const power = async () => (await story.done(story.poe.read())).slice(0, 4);
      await story.clock.advanceAsync(5_000);
      expect((await power()).map(({ admin }) => admin)).toEqual([true, true, true, true]);
      expect(await story.done(story.poe.set([second!], false))).toMatchObject([{ ok: true }]);
      expect([1, 2, 3, 4].map((port) => story.boards.get(port)!.powered)).toEqual([true, false, true, true]);
      expect((await power()).map(({ admin }) => admin)).toEqual([true, false, true, true]);
      expect(await story.done(story.poe.set([second!], true))).toMatchObject([{ ok: true }]);
      await story.clock.advanceAsync(5_000);
      expect(story.boards.get(2)!.powered).toBe(true);
      expect((await power()).map(({ watts }) => watts)).toEqual(
        [1, 2, 3, 4].map(() => expect.closeTo(family.watts ?? 4, 1)),
      );
    });

    if (!isolates) return;

    it('is isolated, saved, and mended after somebody has moved a port', async () => {
      const vlans = await story.vlans();
      const scope = await story.scope(vlans);
      expect((await story.done(verifyIsolation(vlans, scope))).length).toBeGreaterThan(0);
      expect(await story.apply(vlans, scope)).toMatchObject({ kind: 'isolated', unsaved: undefined });
      expect([1, 2, 3, 4].map((port) => story.device.segment(port))).toEqual(
        SLOTS.map((vlan) => ({ vlan, trunk: true })),
      );
      expect(story.device.segment(5)).toMatchObject({ vlan: 1 });
      expect(story.device.configuration.unsaved).toBe(false);
      expect(await story.done(verifyIsolation(vlans, scope))).toEqual([]);
      expect(await story.done(checkPvids(vlans, scope))).toEqual([]);

      story.device.move(2, MOVED_TO);
      const [named] = await story.done(checkPvids(vlans, scope));
      expect(named?.text).toContain(`port ${family.ports[1]} of psw1 (slot 2)`);
      expect(named?.text).toContain(String(MOVED_TO));
      expect(await story.apply(vlans, scope)).toMatchObject({ kind: 'isolated' });
      expect(story.device.segment(2)).toEqual({ vlan: 102, trunk: true });
      expect(await story.done(verifyIsolation(vlans, scope))).toEqual([]);
      expect(await story.apply(vlans, scope)).toMatchObject({ kind: 'isolated', steps: 0 });
    });

    it.each<Spoil>(['lie', 'refuse'])(
      'that does not do one of its writes is what it was before (%s)',
      async (spoil) => {
        const vlans = await story.vlans();
        const scope = await story.scope(vlans);
        const before = story.snapshot();
        story.spoil = spoil;
        expect(await story.apply(vlans, scope)).toMatchObject({
          kind: 'rolled-back',
          reason: expect.stringContaining('slot 3'),
        });
        expect(story.sets.length).toBeGreaterThan(2);
        expect(story.snapshot()).toEqual(before);
        story.spoil = undefined;
        expect(await story.apply(vlans, scope)).toMatchObject({ kind: 'isolated' });
      },
    );
  });
}
