/** The rack in numbers, as it is at the moment of a scrape: what is gone since the last one leaves no series behind. */
import { Counter, Gauge, Registry } from 'prom-client';
import type { SlotCondition } from '../../rack/slot-state.ts';
import type { ServerStatus } from '../control/feed-protocol.ts';
import type { Rack } from '../http/mirror.ts';
import { storageMetrics } from './storage-metrics.ts';

/** All of them, also those that no slot is in: a series that comes and goes cannot be alerted on. */
const CONDITIONS: readonly SlotCondition[] = Object.freeze([
  'off',
  'queued',
  'switching',
  'empty',
  'booting',
  'unassigned',
  'up',
  'unreachable',
  'quarantined',
]);
const STATUSES: readonly ServerStatus[] = Object.freeze([
  'provisioning',
  'installing',
  'booting',
  'live',
  'reimaging',
  'rescue',
  'failed',
]);

export function rackMetrics(rack: Rack, now: number): Registry {
  const registry = new Registry();
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Gauge<Label>({ name: `pirack_${name}`, help, labelNames, registers: [registry] });
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter<Label>({ name: `pirack_${name}`, help, labelNames, registers: [registry] });
  const slots = [...rack.slots.values()];
  const servers = [...rack.servers.values()];

  const conditions = gauge('slots', 'Slots by condition', ['condition']);
  for (const condition of CONDITIONS)
    conditions.set({ condition }, slots.filter((slot) => slot.condition === condition).length);
  const statuses = gauge('servers', 'Servers of customers by status', ['status']);
  for (const status of STATUSES) statuses.set({ status }, servers.filter((server) => server.status === status).length);
  gauge('jobs_working', 'Servers that a job is working on').set(servers.filter(({ busy }) => busy).length);
  gauge('boots_under_way', 'Boards that are booting').set(slots.filter((slot) => slot.condition === 'booting').length);

  const boots = counter('boots_total', 'Boots by how they ended, since the controller began', ['outcome']);
  for (const [outcome, count] of Object.entries(rack.totals.boots)) boots.inc({ outcome: word(outcome) }, count);
  const jobs = counter('jobs_total', 'Jobs by kind and how they ended, since the controller began', [
    'kind',
    'outcome',
  ]);
  for (const [kind, counts] of Object.entries(rack.totals.jobs))
    for (const [outcome, count] of Object.entries(counts)) jobs.inc({ kind, outcome }, count);
  const kept = slots.filter(({ maintenance }) => maintenance !== null).length;
  gauge('slots_in_maintenance', 'Slots that staff work on').set(kept);

  const names = ['slot', 'hostname'] as const;
  const up = gauge('slot_up', '1: the board booted and answers on its address', names);
  const wanted = gauge('slot_wanted_on', '1: the slot is to have power', names);
  const watts = gauge('slot_power_watts', 'Watts that the switch reads on the port', names);
  const age = gauge('slot_power_age_seconds', 'How old the reading of the port is', names);
  const attempts = gauge('slot_recovery_attempts', 'Power cycles that recovery spent since the board was up', names);
  for (const slot of slots) {
    const label = { slot: String(slot.slot), hostname: slot.hostName };
    up.set(label, slot.condition === 'up' ? 1 : 0);
    wanted.set(label, slot.wanted === 'on' ? 1 : 0);
    attempts.set(label, slot.attempts);
    if (slot.power?.watts !== undefined) watts.set(label, slot.power.watts);
    if (slot.power !== null) age.set(label, Math.max(0, now - slot.power.readAt) / 1000);
  }
  const drawn = gauge('switch_power_watts', 'Watts of all slots of a switch', ['switch']);
  for (const slot of slots) drawn.inc({ switch: slot.switch }, slot.power?.watts ?? 0);
  storageMetrics(rack.storage, gauge);
  const disks = gauge('server_disk_used_bytes', 'What a server has written beyond its image', ['server']);
  const sizes = gauge('server_disk_limit_bytes', 'What it may write; no series: nothing limits it', ['server']);
  for (const { name: server, diskUsed, diskLimit } of servers) {
    if (diskUsed !== null) disks.set({ server }, diskUsed);
    if (diskLimit !== null) sizes.set({ server }, diskLimit);
  }
  return registry;
}

/** Values of labels without blanks. */
const word = (text: string) => text.replaceAll(' ', '_');
