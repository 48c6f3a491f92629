/** What DHCPv6 tells of a board, and what does not fit how its slot is to boot, as what is known of the rack. */
import type { ClientKind } from '../netboot/dhcpv4/index.ts';
import type { ClientKind6, Observation6 } from '../netboot/dhcpv6/index.ts';
import { type Heard, netbootDoubt } from '../netboot/netboot-doubt.ts';
import type { Plan } from '../rack/plan.ts';
import type { SlotNumber } from '../rack/units.ts';
import type { RackState } from './rack-state.ts';

export interface Dhcp6Sink {
  readonly state: Pick<RackState, 'observe'>;
  /** Who speaks DHCP on the leg now. */
  heard(slot: SlotNumber, kind: ClientKind): void;
}

/** Firmware tells its MAC and no more; an operating system says what it likes, and is not asked. */
export function takeObservation6(slot: SlotNumber, { kind, mac }: Observation6, sink: Dhcp6Sink): void {
  if (kind === 'os') return;
  if (mac !== undefined) sink.state.observe(slot, { mac });
  sink.heard(slot, clientKind(kind));
}

/** Who it is by the names of DHCPv4. */
function clientKind(kind: Exclude<ClientKind6, 'os'>): ClientKind {
  if (kind === 'eeprom') return 'eeprom-pi4';
  return kind === 'uefi' ? 'uefi' : 'unknown';
}

export function noteNetboot(
  plan: Pick<Plan, 'slots'>,
  state: Pick<RackState, 'boardEvent'>,
  slot: SlotNumber,
  heard: Heard,
): void {
  const planned = plan.slots.find((each) => each.slot === slot);
  const doubt = planned && netbootDoubt(planned.netboot, heard);
  if (doubt !== undefined) state.boardEvent(slot, 'netboot', `slot ${slot}: ${doubt}`);
}
