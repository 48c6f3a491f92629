import type { ClientKind, Observation } from '../netboot/dhcpv4/index.ts';
import type { SlotNumber } from '../rack/units.ts';
import { boardFrom } from './boot-trees.ts';
import type { RackState } from './rack-state.ts';

export interface DhcpSink {
  readonly state: RackState;
  /** Who speaks on the leg now: what TFTP shows there depends on it. */
  heard(slot: SlotNumber, kind: ClientKind): void;
}

/** Takes what a DHCP message tells of a board into the state of its slot. */
export function takeObservation(slot: SlotNumber, observation: Observation, { state, heard }: DhcpSink): void {
  state.observe(slot, boardFrom(observation, state.get(slot).board));
  if (observation.doubt !== undefined) state.boardEvent(slot, 'doubt', `slot ${slot}: ${observation.doubt}`);
  heard(slot, observation.kind);
}
