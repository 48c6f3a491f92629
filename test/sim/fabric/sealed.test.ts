import { expect, it } from 'vitest';
import { boardIdentity } from '../../../src/sim/board/identity.ts';
import type { BoardStatus } from '../../../src/sim/board/status.ts';
import { namespacesOf } from '../../../src/sim/bundle/launch.ts';
import { NotSealed } from '../../../src/sim/bundle/sealed.ts';
import { buildFabric } from '../../../src/sim/fabric/build.ts';
import { describeWith } from '../../support/needs.ts';
import { testPlan } from './support/plan.ts';
import { runSealed } from './support/sealed.ts';

const TIME = 120_000;

interface Link {
  ifname: string;
  master?: string;
  address: string;
  up: boolean;
}

it('refuses to build a fabric where it was not launched to', async () => {
  await expect(buildFabric(testPlan({ models: ['3B'] }), namespacesOf('self'))).rejects.toThrow(NotSealed);
});

describeWith({ root: true, programs: ['unshare', 'setpriv', 'nsenter', 'ip'] })('a fabric', () => {
  it(
    'has what its plan says, once',
    async () => {
      const found = await runSealed<Record<string, Link[] & string & string[]>>('fabric');
      const names = (links: Link[]) => links.map(({ ifname }) => ifname).sort();
      expect(found.again).toMatch(/^NotSealed: expected a fresh network namespace with only lo, found /);
      expect(found.namespaces).toEqual(['', 'b001', 'b002', 'b004', 'sw']);
      expect(names(found.controller as Link[])).toEqual(['lo', 'mgmt0', 'vlan101', 'vlan102', 'vlan103', 'vlan104']);
      const inSwitch = new Map((found.switch as Link[]).map((link) => [link.ifname, link]));
      expect([...inSwitch.keys()].sort()).toEqual(
        [
          'lo',
          'mgmt0',
          ...[101, 102, 103, 104].flatMap((vlan) => [`br${vlan}`, `c${vlan}`]),
          'p1',
          'p2',
          'p3',
          'p4',
        ].sort(),
      );
      for (const slot of [1, 2, 3]) {
        // On no bridge: that is for the switch to say.
        expect(inSwitch.get(`p${slot}`)).toEqual({ ifname: `p${slot}`, address: expect.any(String), up: false });
        expect(inSwitch.get(`c${100 + slot}`)).toMatchObject({ master: `br${100 + slot}`, up: true });
      }
      const eth0 = (found.board as Link[]).find(({ ifname }) => ifname === 'eth0');
      expect(eth0).toMatchObject({ up: true, address: boardIdentity(2, '4B').mac });
      expect(found.ipv6Off).toEqual(['1', '1']);
      expect(found.routes).toContain('2001:db8:ffff::11 ');
      expect(found.switchAddresses).toContain('2001:db8:ffff::11/128');
    },
    TIME,
  );
});

describeWith({ root: true, programs: ['unshare', 'setpriv', 'nsenter', 'ip', 'snmpset', 'snmpget'] })(
  'boards in a fabric',
  () => {
    it(
      'boot when their port gets power, lose their link with it, and leave nothing behind',
      async () => {
        const found = await runSealed<BoardsFound>('boards');
        expect(found.before).toMatchObject({
          link: { up: false, state: 'DOWN' },
          status: { stage: 'off', linkUp: false },
        });
        expect(found.before.detection).not.toBe(3);
        expect(found.during).toEqual({
          link: { up: true, state: 'UP' },
          detection: 3,
          other: { up: false, state: 'DOWN' },
        });
        expect(found.booted.map(({ model }) => model)).toEqual(['3B', '3B+', '4B']);
        for (const status of found.booted) {
          expect(status).toMatchObject({ powered: true, linkUp: true, counters: { taggedFrames: 0 } });
          expect(status.files.filter(({ outcome }) => outcome === 'complete').length).toBeGreaterThan(8);
          expect(status.reason).toContain('10.20.0.1:/srv/pi/1');
        }
        expect(found.addresses).toMatch(/UP .*10\.21\.0\.2\/30 .*fd20::2\/64/);
        expect(found.rebooted).toMatchObject({ code: 200, body: { powered: true, bootCount: 2 } });
        expect(found.again).toMatchObject({ stage: 'os-mount', bootCount: 2 });
        expect(found.after).toMatchObject({
          link: { up: false, state: 'DOWN' },
          status: { stage: 'off', watts: 0, address: '' },
        });
        expect(found.left).not.toMatch(/10\.21|fd20|fe80/);
        expect(found.list.body).toHaveLength(4);
        expect(found.processes).not.toMatch(/nsenter|nfs-/);
        // ROM, bootcode.bin and the kernel of a Pi 3; EEPROM and kernel of a Pi 4, each with a REQUEST. More were lost on the way.
        for (const [i, least] of [4, 8, 4].entries()) expect(found.offers[i]).toBeGreaterThanOrEqual(least);
        expect(found.code).toBe(0);
        expect(found.log.split('\n').filter((line) => /"level":[456]0/.test(line))).toEqual([]);
      },
      TIME,
    );

    it(
      'hang for good when they are a 3B and a tagged frame comes',
      async () => {
        const found = await runSealed<{ hung: BoardStatus; spared: BoardStatus; plus: BoardStatus; code: number }>(
          'tagged',
        );
        expect(found.hung).toMatchObject({ stage: 'hung', counters: { taggedFrames: 1 } });
        expect(found.spared).toMatchObject({ stage: 'rom-dhcp', counters: { taggedFrames: 0 } });
        expect(found.plus).toMatchObject({ stage: 'rom-dhcp', counters: { taggedFrames: 1 } });
        expect(found.code).toBe(0);
      },
      TIME,
    );

    it(
      'take the OFFER meant for another 3B when they share a VLAN',
      async () => {
        const found = await runSealed<{ boards: BoardStatus[]; asked: string[]; board: string }>('shared');
        expect(new Set(found.asked).size).toBe(2);
        expect(found.boards.map(({ address }) => address)).toEqual([found.board, found.board]);
        // One OFFER was sent, and both took it for theirs.
        expect(found.boards.map(({ counters }) => counters.offers)).toEqual([1, 1]);
      },
      TIME,
    );
  },
);

interface BoardsFound {
  before: { link: object; status: BoardStatus; detection: number };
  during: object;
  after: object;
  booted: BoardStatus[];
  addresses: string;
  rebooted: object;
  again: BoardStatus;
  left: string;
  list: { body: unknown[] };
  processes: string;
  offers: number[];
  code: number;
  log: string;
}
