import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planCommand, planLines, runPlan } from '../../src/cli/plan.ts';
import type { Plan } from '../../src/rack/plan.ts';
import { example } from '../rack/support/rack-text.ts';

const EXAMPLES = join(import.meta.dirname, '../../rack-configs');

function run(path: string, options: { json?: boolean } = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const code = runPlan(path, options, { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, out, err };
}

describe('pirack plan', () => {
  it('shows a small virtual rack', () => {
    expect(run(join(EXAMPLES, 'virtual-4.yaml'))).toEqual({
      code: 0,
      err: [],
      out: [
        'rack virtual-4, virtual, zone pi.example.net',
        'slot  switch  port  vlan  leg      IPv4 /30       IPv6 /64             ssh  image         simulates',
        '   1  sw1     1      101  vlan101  10.21.0.0/30   2001:db8:21:1::/64  5001  debian-12-pi  3B',
        '   2  sw1     2      102  vlan102  10.21.0.4/30   2001:db8:21:2::/64  5002  debian-12-pi  3B+',
        '   3  sw1     3      103  vlan103  10.21.0.8/30   2001:db8:21:3::/64  5003  debian-12-pi  4B',
        '   4  sw1     4      104  vlan104  10.21.0.12/30  2001:db8:21:4::/64  5004  debian-12-pi  qemu',
      ],
    });
  });

  it('shows routed prefixes and the trunk of a real rack, and slots without an image', () => {
    const { out } = run(join(EXAMPLES, 'real-4u-108.yaml'));
    expect(out).toHaveLength(110);
    expect(out[0]).toBe('rack oak-12, real, zone oak-12.pi.example.net, trunk eth1');
    expect(out.at(-1)).toMatch(
      /^ 108 {2}oak-12-sw3 {2}1\/0\/36 +308 {2}vlan308 {2}10\.20\.1\.172\/30 +2001:db8:20:6c::\/64 +2001:db8:4000:6c00::\/56 {2}5108 {2}none$/,
    );
  });

  it('fits a narrow terminal by cutting names, not addresses', () => {
    const lines = planLines(example('virtual-4.yaml'), 92);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(92);
    expect(lines[2]).toContain('10.21.0.0/30   2001:db8:21:1::/64');
    expect(lines[2]).toContain('debia…  3B');
  });

  it('prints the plan as JSON', () => {
    const { code, out } = run(join(EXAMPLES, 'virtual-108.yaml'), { json: true });
    expect(code).toBe(0);
    const plan = JSON.parse(out.join('\n')) as Plan;
    expect(plan.slots).toHaveLength(108);
    expect(plan.switches[0]?.snmp).toMatchObject({ community: { file: join(EXAMPLES, 'virtual-community') } });
  });

  it('tells problems on standard error and shows nothing', () => {
    const path = join(import.meta.dirname, '../rack/broken/empty.yaml');
    expect(run(path)).toEqual({ code: 1, out: [], err: [`${path}: the file is empty; expected a rack file`] });
    expect(run('/does/not/exist.yaml', { json: true })).toMatchObject({ code: 1, out: [] });
  });

  it('takes one file', async () => {
    const command = planCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => {} });
    await expect(command.parseAsync([], { from: 'user' })).rejects.toThrow("missing required argument 'file'");
  });
});
