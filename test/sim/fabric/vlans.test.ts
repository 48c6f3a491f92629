import { expect, it } from 'vitest';
import type { BoardStatus } from '../../../src/sim/board/status.ts';
import { describeWith } from '../../support/needs.ts';
import { runSealed } from './support/sealed.ts';

const TIME = 120_000;
const programs = ['unshare', 'setpriv', 'nsenter', 'ip', 'snmpset'];

describeWith({ root: true, programs })('cables', () => {
  it(
    'are on the bridge of the VLAN that their port is in, wherever somebody moves it',
    async () => {
      const found = await runSealed<{
        start: string[];
        island: string[];
        guest: string;
        left: string[];
        heard: Record<string, number[]>;
        code: number;
      }>('moves');
      expect(found.start).toEqual(['br101', 'br102', 'br103', 'br104', 'br105', 'br106']);
      expect(found.island).toEqual(['i1v300']);
      expect(found.guest).toBe('i1v300');
      expect(found.left).toEqual([]);
      expect(found.heard).toEqual({
        third: [3, 11],
        fourth: [2, 11],
        fifth: [7, 11],
        leg1: [6],
        leg3: [1, 8],
        leg4: [9],
        leg5: [10],
      });
      expect(found.code).toBe(0);
    },
    TIME,
  );

  it(
    'are on none where tagged frames would come, or the switch restarts',
    async () => {
      const found = await runSealed<{
        tagged: object;
        tags: number[];
        heard: number[];
        restarting: object;
        refused: object[];
        code: number;
      }>('tags');
      expect(found.tagged).toMatchObject({ bridge: null, vlan: { port: 3 } });
      expect(found.tagged).not.toHaveProperty('vlan.vlan');
      expect(found.tags).toEqual([]);
      expect(found.heard).toEqual([4, 5]);
      expect(found.restarting).toEqual({ up: false, ports: [] });
      expect(found.refused).toEqual([
        { code: 409, body: { error: 'sw1 is restarting already' } },
        { code: 409, body: { error: 'sw1 is restarting: a change now would be lost' } },
      ]);
      expect(found.code).toBe(0);
    },
    TIME,
  );
});

describeWith({ root: true, programs })('a board', () => {
  it(
    'does not boot in the wrong VLAN, boots in the right one, and is cut off when it is taken out of it',
    async () => {
      const found = await runSealed<{
        wrong: BoardStatus;
        asked: number;
        right: BoardStatus;
        heard: number[];
        code: number;
      }>('wrong');
      expect(found.wrong).toMatchObject({ stage: 'rom-dhcp', linkUp: true, counters: { offers: 0 } });
      expect(found.asked).toBe(0);
      expect(found.right.reason).toContain('10.20.0.1:/srv/pi/1');
      expect(found.heard).toEqual([1, 3]);
      expect(found.code).toBe(0);
    },
    TIME,
  );

  it(
    'boots on a switch out of the box once its VLAN is made',
    async () => {
      const found = await runSealed<{
        start: string[];
        asked: number;
        right: BoardStatus;
        heard: Record<string, number[]>;
        code: number;
      }>('blank');
      expect(found.start).toEqual(Array(6).fill('i1v1'));
      expect(found.asked).toBe(0);
      expect(found.right.stage).toBe('os-mount');
      expect(found.heard).toEqual({ third: [], fourth: [1], leg: [] });
      expect(found.code).toBe(0);
    },
    TIME,
  );
});
