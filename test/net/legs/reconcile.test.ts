import { expect, it } from 'vitest';
import { LEG_SETTINGS } from '../../../src/net/legs/settings.ts';
import { describeWith } from '../../support/needs.ts';
import { SEALED, sealed } from '../support/sealed.ts';

interface Legs {
  absent: string;
  dry: { changes: number; verified: boolean; addressesAfterDryRun: number };
  first: { changes: number; verified: boolean; warnings: string[] };
  second: object;
  milliseconds: number;
  seen: object;
  repair: string[];
  forwardingRepaired: number;
  third: number;
  untouched: boolean;
  hasVlans: string;
}

const COUNT = 108;
const mac = (n: number): string => `b8:27:eb:00:00:${n.toString(16).padStart(2, '0')}`;

describeWith(SEALED)('the legs of a virtual rack of 108', () => {
  it('are made, verified, left alone when right and repaired when not', async () => {
    const seen = await sealed<Legs>('legs.ts', [String(COUNT)]);
    expect(seen.absent).toMatch(
      /^LegsError: expected the virtual rack to have made vlan101, vlan102, .*vlan208: no such/,
    );
    expect(seen.dry).toEqual({ changes: seen.first.changes, verified: false, addressesAfterDryRun: 0 });
    // Up, two addresses, a neighbour, and the settings whose defaults here are others.
    expect(seen.first.changes).toBeGreaterThan(COUNT * (4 + 5));
    expect(seen.first.changes).toBeLessThanOrEqual(COUNT * (4 + Object.keys(LEG_SETTINGS).length));
    expect(seen.first.verified).toBe(true);
    expect(seen.first.warnings.join()).toContain('net/ipv4/conf/all/rp_filter is 2');
    expect(seen.second).toEqual({ changes: 0, verified: true });
    expect(seen.seen).toEqual({
      addresses: ['10.20.1.1/30', 'fd20:0:0:1::1/64'],
      neighbour: `10.20.1.2 lladdr ${mac(1)} PERMANENT`,
      forwarding: '0',
    });
    expect(seen.repair).toEqual([
      'vlan101: set up',
      'vlan101: add fd20:0:0:1::1/64',
      `vlan101: 10.20.1.2 is at ${mac(1)}, permanently (is unknown)`,
      'vlan102: remove 203.0.113.1/24',
      'vlan102: add 10.20.2.1/30',
      'vlan102: add fd20:0:0:2::1/64',
      `vlan102: 10.20.2.2 is at ${mac(2)}, permanently (is unknown)`,
      `vlan103: 10.20.3.2 is at ${mac(3)}, permanently (is 02:00:00:00:00:99)`,
      `vlan104: 10.20.4.2 is at ${mac(4)}, permanently (is unknown)`,
      '/proc/sys/net/ipv6/conf/vlan105/disable_ipv6: set 0 (is 1)',
      'vlan105: add fd20:0:0:5::1/64',
    ]);
    expect(seen.forwardingRepaired).toBe(COUNT);
    expect(seen.third).toBe(0);
    expect(seen.untouched).toBe(true);
    // On a kernel without the VLAN driver the command that failed is named.
    expect(seen.hasVlans).toMatch(/^(none$|IpBatchFailed: ip link add link trunk0 name vlan401 type vlan id 401: )/);
  });
});
