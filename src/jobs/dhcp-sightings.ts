import type { ClientKind, Observation } from '../netboot/dhcpv4/index.ts';
import { decodeRevision } from '../pi/revision.ts';
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
  noteFacts(slot, observation, state);
  if (observation.doubt !== undefined) state.boardEvent(slot, 'doubt', `slot ${slot}: ${observation.doubt}`);
  heard(slot, observation.kind);
}

function noteFacts(slot: SlotNumber, observation: Observation, state: RackState): void {
  const { firmware, kind, className, hostName, revision, mac } = observation;
  if (firmware) {
    state.note(slot, 'firmware', kind);
    const decoded = revision === undefined ? undefined : decodeRevision(revision);
    if (decoded?.ok) {
      state.note(slot, 'memory', `${decoded.revision.memoryMb} MB`);
      state.note(slot, 'build', `1.${decoded.revision.revision}, ${decoded.revision.manufacturer}`);
    }
    return;
  }
  if (className !== '') state.note(slot, 'client', className);
  if (hostName !== undefined) state.note(slot, 'host name', hostName);
  const own = state.get(slot).board.mac;
  if (own === undefined || own === mac) return;
  // A bridge or a virtual machine of the tenant's, or somebody's laptop on the board's wire: to be seen, once.
  if (state.note(slot, 'other MAC', mac))
    state.boardEvent(slot, 'other_mac', `slot ${slot}: an operating system asks under MAC ${mac}, its board is ${own}`);
}
