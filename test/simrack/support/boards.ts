/** The boards of a virtual rack, plugged into its segments and into virtual PoE switches. */
import { pino } from 'pino';
import type { Plan } from '../../../src/rack/plan.ts';
import { millis, type SlotNumber } from '../../../src/rack/units.ts';
import { VirtualBoard } from '../../../src/sim/board/board.ts';
import { boardIdentity } from '../../../src/sim/board/identity.ts';
import type { BoardOptions } from '../../../src/sim/board/options.ts';
import { seededRandom } from '../../../src/sim/board/random.ts';
import type { BoardStage } from '../../../src/sim/board/status.ts';
import type { Phy } from '../../../src/sim/board/wire.ts';
import { portCounts, portNumber } from '../../../src/sim/process/switches.ts';
import { createVirtualSwitch, type VirtualSwitch } from '../../../src/sim/switch/virtual-switch.ts';
import type { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import type { Network } from './network.ts';
import { VirtualLinux } from './virtual-linux.ts';

export interface SimBoard {
  readonly board: VirtualBoard;
  readonly os: VirtualLinux;
  /** Times that it got power. */
  powered: number;
  /** What it was doing each time that its power was cut. */
  readonly cutIn: BoardStage[];
}

export interface BoardParts {
  readonly clock: VirtualClock;
  readonly seed: number;
  readonly network: Network;
  readonly onStage: (slot: SlotNumber, text: string) => void;
}

const LINK_UP_MS = 20;

export function makeBoards(
  plan: Plan,
  { clock, seed, network, onStage }: BoardParts,
  options: Partial<BoardOptions>,
): ReadonlyMap<SlotNumber, SimBoard> {
  return new Map(
    plan.slots.map(({ slot, simulate }) => {
      if (simulate === undefined || simulate === 'qemu') throw new Error(`slot ${slot} simulates no Pi`);
      const identity = boardIdentity(slot, simulate);
      const wire = network.boardPorts.get(slot)!;
      const random = seededRandom(seed * 1_000_003 + slot);
      const os = new VirtualLinux({ clock, random, mac: identity.mac, wire });
      const board = new VirtualBoard({
        identity,
        wire,
        phy: delayedPhy(clock),
        os,
        clock,
        random,
        options: { isolatedPortBug: true, ...options },
        onStage: ({ stage, reason }) => onStage(slot, `${stage} ${reason}`),
      });
      return [slot, { board, os, powered: 0, cutIn: [] }] as const;
    }),
  );
}

function delayedPhy(clock: VirtualClock): Phy {
  let wanted = 0;
  return {
    up(ready) {
      const mine = ++wanted;
      clock.after(millis(LINK_UP_MS), () => {
        if (mine === wanted) ready();
      });
    },
    down: () => void wanted++,
  };
}

/** The plan's switches, all ports off. */
export function makeSwitches(
  plan: Plan,
  { clock, seed }: { clock: VirtualClock; seed: number },
  boards: ReadonlyMap<SlotNumber, SimBoard>,
): ReadonlyMap<string, VirtualSwitch> {
  return new Map(
    plan.switches.map((planned, place) => {
      const slots = plan.slots.filter((slot) => slot.switch === planned.name);
      const device = createVirtualSwitch({
        name: planned.name,
        ...portCounts(
          planned,
          slots.map(({ port }) => port),
        ),
        budget: planned.budget,
        access: { communities: [], users: [] },
        clock,
        random: seededRandom(seed * 31 + place),
        log: pino({ level: 'silent' }),
        startupAdmin: false,
      });
      for (const { slot, port } of slots) device.attach(portNumber(port), countPower(boards.get(slot)!));
      return [planned.name, device] as const;
    }),
  );
}

function countPower(sim: SimBoard): VirtualBoard {
  const { board } = sim;
  const powerOn = board.powerOn.bind(board);
  const powerOff = board.powerOff.bind(board);
  board.powerOn = () => {
    sim.powered++;
    powerOn();
  };
  board.powerOff = () => {
    sim.cutIn.push(board.status().stage);
    powerOff();
  };
  return board;
}
