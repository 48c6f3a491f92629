/** How a server looks to customers (customer-api §4): the names and types are those that clients check. */
import { z } from 'zod';
import type { ServerView } from '../control/feed-protocol.ts';
import type { SlotView } from '../control/protocol.ts';
import type { Services } from '../http/services.ts';

export const listed = z.object({
  model: z.int().describe('3 or 4'),
  memory: z.int().describe('MB'),
  cpu_speed: z.int().describe('MHz'),
});

export const record = listed.extend({
  model_full: z.string().describe('3B, 3B+ or 4B'),
  nic_speed: z.int().describe('Mbit/s'),
  disk_size: z.string().describe('GB, as a decimal in a string: clients need it so'),
  disk_limited: z
    .boolean()
    .describe('false: nothing here keeps a server to its disk, and disk_size is only what was ordered'),
  disk_used: z.string().nullable().describe('GB beyond the image, at the last look; null: it is not counted'),
  ssh_port: z.int().describe('TCP port of the IPv4 relay for SSH'),
  ip: z.string().describe('IPv6 address'),
  ip_routed: z.string().describe('IPv6 prefix'),
  location: z.string(),
  initialised_keys: z.boolean(),
  initialized_keys: z.boolean().describe('the same; some clients spell it so'),
  power: z.boolean(),
  is_booting: z.boolean(),
  boot_progress: z.string().nullable().describe('one sentence; null when it is not booting'),
  status: z.string().describe('live when it is ready'),
  name: z.string(),
  hostname: z.string().describe('the fully qualified name of the board'),
});

export type ServerRecord = z.infer<typeof record>;

/** Where servers are: short code of the site, and the rack with the zone of its boards. */
export type Site = Pick<Services, 'mirror' | 'location'>;

export function listedOf({ spec }: ServerView): z.infer<typeof listed> {
  return { model: spec.model, memory: spec.memory, cpu_speed: spec.cpuSpeed };
}

export function recordOf(server: ServerView, slot: SlotView, { mirror, location }: Site): ServerRecord {
  const { spec } = server;
  return {
    ...listedOf(server),
    model_full: spec.modelFull,
    nic_speed: spec.nicSpeed,
    disk_size: server.disk.toFixed(2),
    disk_limited: server.diskLimit !== null,
    disk_used: server.diskUsed === null ? null : (server.diskUsed / 1e9).toFixed(2),
    ssh_port: slot.sshPort,
    ip: slot.ipv6,
    ip_routed: slot.routed ?? slot.network6,
    location,
    initialised_keys: server.liveAt !== undefined,
    initialized_keys: server.liveAt !== undefined,
    ...powerOf(slot),
    status: server.status,
    name: server.name,
    hostname: `${slot.hostName}.${mirror.rack().zone}`,
  };
}

/** What a customer is told of power. A board that was given up is not booting: clients would wait for it for ever. */
export function powerOf(slot: SlotView): Pick<ServerRecord, 'power' | 'is_booting' | 'boot_progress'> {
  if (slot.condition === 'quarantined')
    return {
      power: slot.power?.admin === true,
      is_booting: false,
      boot_progress: `Boot failed: ${slot.lastCause ?? 'no cause is known'}`,
    };
  const booting = isBooting(slot);
  return { power: slot.wanted === 'on', is_booting: booting, boot_progress: booting ? progress(slot) : null };
}

/** From the moment that power is wanted, not only from when the switch has given it. */
export function isBooting(slot: SlotView): boolean {
  if (slot.wanted === 'off' || slot.condition === 'quarantined') return false;
  return slot.cycling || !['up', 'unreachable', 'unassigned'].includes(slot.condition);
}

/** Between the wish and the switch the slot still says what it was before. */
function progress(slot: SlotView): string {
  return slot.cycling || slot.condition === 'off' ? 'Power is being switched' : slot.progress;
}
