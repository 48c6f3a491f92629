/** Packets of honest boards, spoilt: what the fuzzing of codecs finds nothing in, sent to the running servers. */
import { Mutator } from '../../fuzz/mutate.ts';
import { TARGETS } from '../../fuzz/targets/index.ts';

/** Longer datagrams would be fragments, and those never arrive. */
const LONGEST = 1400;

const mutators = new Map<string, Mutator>();

export function spoilt(codec: 'dhcpv4' | 'dhcpv6' | 'tftp' | 'icmpv6'): Uint8Array {
  let mutator = mutators.get(codec);
  if (mutator === undefined) {
    mutator = new Mutator(TARGETS[codec]?.seeds ?? [], Math.floor(Math.random() * 2 ** 32), LONGEST);
    mutators.set(codec, mutator);
  }
  return mutator.next().slice();
}
