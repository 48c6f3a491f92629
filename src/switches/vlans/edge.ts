/** Link features of a board's port: which are set, and what to say of those that are not. */
import type { EdgeOutcome } from '../backend.ts';
import type { EdgeFeature } from '../drivers/driver.ts';

const ADVICE: Readonly<Record<EdgeFeature, string>> = Object.freeze({
  portfast:
    'make the ports of boards edge ports (portfast) by hand: a boot ROM gives up before spanning tree lets it through',
  bpdu: 'let the ports of boards send no spanning tree frames, and guard against those of a board, by hand',
  lldp: 'let the ports of boards send no LLDP frames by hand: a board need not know what it is plugged into',
  'storm-control': 'limit broadcast on the ports of boards by hand: each has a board that anybody may run anything on',
  eee: 'switch energy-efficient Ethernet off on the ports of boards by hand: some links of a Pi drop with it',
});

export const EDGE_FEATURES = Object.freeze(Object.keys(ADVICE)) as readonly EdgeFeature[];

/** One sentence for each feature that is not set, after what went wrong. */
export function adviceFor({ set, problems }: Pick<EdgeOutcome, 'set' | 'problems'>): string[] {
  return [...problems, ...EDGE_FEATURES.filter((feature) => !set.includes(feature)).map((feature) => ADVICE[feature])];
}
