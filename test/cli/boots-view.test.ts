import { describe, expect, it } from 'vitest';
import type { BootView, SlotBootsView } from '../../src/api/control/boot-views.ts';
import { rackBootLines, slotBootLines } from '../../src/cli/boots-view.ts';
import { addLoad } from '../../src/rack/load.ts';
import { millis, slotNumber } from '../../src/rack/units.ts';

const step = (milestone: 'power_on' | 'ssh_up', at: number) => ({ milestone, at: millis(at), detail: '' });

const up: BootView = {
  id: 2,
  slot: slotNumber(7),
  startedAt: millis(1_000),
  endedAt: millis(32_000),
  outcome: 'up',
  cause: undefined,
  model: '3B+',
  image: 'debian',
  steps: [step('power_on', 1_000), step('ssh_up', 32_500)],
  loads: addLoad(
    addLoad([], 'first_request', { requests: 9, missing: 3, bytes: 1_000_000, ms: 1_000 }),
    'firmware_sent',
    { bytes: 11_000_000, ms: 9_000, missing: 2, retransmits: 4 },
  ),
  spans: { start: millis(7_250), kernel: millis(13_000) },
};
const stuck: BootView = { ...up, id: 1, outcome: 'stuck', cause: 'TFTP stalled', steps: [], loads: [], spans: {} };
const slot: SlotBootsView = {
  slot: 7,
  hostName: 'r-s007',
  boots: [up, stuck],
  slow: [{ span: 'kernel', ms: millis(13_000), usual: millis(9_000), neighbours: 5, text: '13.0 s for loading' }],
};

describe('pirack boots', () => {
  it('shows the boots of a slot with seconds, megabytes, rate, and why one stood still', () => {
    expect(slotBootLines(slot, undefined)).toEqual([
      'slot 7: r-s007',
      'began                ended     s  start  dhcp  firmware  kernel  linux  root  services    MB  MB/s  404  again  cause',
      '1970-01-01 00:00:01  up     31.5    7.3                    13.0                         12.0  1.20    5      4',
      '1970-01-01 00:00:01  stuck                                                               0.0          0      0  TFTP stalled',
      'slower than its neighbours: 13.0 s for loading',
    ]);
    expect(slotBootLines({ ...slot, boots: [] })).toEqual(['slot 7 (r-s007) has not booted yet']);
  });

  it('shows the newest boot of every slot, and who is slow', () => {
    const lines = rackBootLines([slot, { slot: 8, hostName: 'r-s008', boots: [], slow: [] }], undefined);
    expect(lines[1]).toMatch(/^ {3}7 {2}3B\+ {4}debian {2}1970-01-01 00:00:01 {2}up {5}31\.5 /);
    expect(lines[2]).toBe('   8');
    expect(lines.at(-1)).toBe('slot 7 is slower than its neighbours: 13.0 s for loading');
  });
});
