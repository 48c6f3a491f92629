import { expect, it } from 'vitest';
import { describeWith } from '../../support/needs.ts';
import { SEALED, sealed } from '../support/sealed.ts';

describeWith({ ...SEALED, programs: [...(SEALED.programs ?? []), 'nft'] })('the rules of 60 legs in a kernel', () => {
  it('read back as written; what somebody changes is told and written again, and other tables are left alone', async () => {
    const seen = await sealed<{ told: string[] } & Record<string, unknown>>('firewall.ts');
    expect(seen).toMatchObject({
      first: true,
      quiet: 0,
      flushed: false,
      again: true,
      afterDelete: true,
      others: true,
      trouble: null,
    });
    expect(seen.told).toHaveLength(2);
    expect(seen.told[0]).toMatch(
      /set own4 has "vlan101" \. 10\.20\.0\.2 \. 10\.20\.0\.5 too; chain input has the rules none/,
    );
  });

  it('limit what is for the controller, and not what a board says to the world', async () => {
    const { world, controller } = await sealed<Record<string, number>>('limits.ts');
    expect(world).toBe(0);
    // 200 at once: 30, and 10 a second more.
    expect(controller).toBeGreaterThan(150);
  });

  it('keep a leg with too many connections from beginning more, for a while', async () => {
    expect(await sealed('full-legs.ts')).toEqual({
      before: true,
      held: false,
      dropped: true,
      released: true,
      byItself: true,
    });
  });
});
