/** The proof of a port map on one board: its power goes, and nothing else goes with it (research: snmp-poe §2). */
import { type Clock, sleep } from '../rack/clock.ts';
import type { SlotPlan } from '../rack/plan.ts';
import { seconds } from '../rack/units.ts';
import type { PoeSwitch } from '../switches/poe.ts';
import { type Experiment, judgePhysics, type Proof, unfitToBegin, type Witnesses } from '../switches/ports/physics.ts';
import { readWitnesses } from '../switches/ports/witness.ts';
import type { Mac } from '../wire/address.ts';
import type { DarkSlots } from './isolation.ts';

export interface ProofParts {
  readonly poe: PoeSwitch;
  readonly slot: SlotPlan;
  /** The board's, where it was ever seen. */
  readonly mac: Mac | undefined;
  readonly dark: DarkSlots;
  readonly clock: Clock;
  readonly tell: (text: string) => void;
}

/** A switch forgets what it heard when the link goes, some a while later. */
const OFF_LIMIT = seconds(40);
const BACK_LIMIT = seconds(90);
const PAUSE = seconds(1);

/** Never leaves the board dark. @throws the errors of src/switches where the switch cannot be read */
export async function provePort({ poe, slot, mac, dark, clock, tell }: ProofParts): Promise<Proof> {
  const map = await poe.ports();
  const port = map.find(slot.port);
  if (port === undefined) return { proven: false, why: `the switch has no PoE port ${slot.port}` };
  const experiment: Experiment = { map, port, mac };
  const look = () => readWitnesses(poe, map, [slot.vlan], clock);
  const until = async (limit: number, judge: (seen: Witnesses) => Proof): Promise<[Witnesses, Proof]> => {
    const end = clock.monotonic() + limit;
    for (;;) {
      const seen = await look();
      const proof = judge(seen);
      if (proof.proven || clock.monotonic() >= end) return [seen, proof];
      await sleep(clock, PAUSE);
    }
  };

  tell('looking at all ports with the board running');
  const before = await look();
  const unfit = unfitToBegin(experiment, before);
  if (unfit !== undefined) return { proven: false, why: unfit };
  let off: Witnesses;
  let proof: Proof;
  try {
    tell(`taking the power from port ${port.label}`);
    await dark.hold([slot.slot], 'its port is being proven');
    tell('looking what went with it');
    [off, proof] = await until(OFF_LIMIT, (seen) => judgePhysics(experiment, before, seen));
  } finally {
    dark.release([slot.slot]);
  }
  if (!proof.proven) return proof;
  tell('power is given back; waiting for the link');
  const [, back] = await until(BACK_LIMIT, (seen) => judgePhysics(experiment, before, off, seen));
  return back;
}
