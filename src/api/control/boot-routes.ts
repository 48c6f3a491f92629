import type { ServerResponse } from 'node:http';
import { json, Refusal } from './answer.ts';
import type { SlotBootsView } from './boot-views.ts';

export interface BootTarget {
  /** Undefined when the rack has no such slot. */
  boots(slot: number, limit: number): SlotBootsView | undefined;
  allBoots(limit: number): readonly SlotBootsView[];
}

/** As many as are kept of a slot. */
const MOST_BOOTS = 50;

/** Answers what is about boots; false: it is about something else. */
export function bootRoute(
  target: BootTarget,
  route: string,
  query: URLSearchParams,
  response: ServerResponse,
): boolean {
  const ofSlot = /^GET \/v1\/boards\/(\d{1,6})\/boots$/.exec(route)?.[1];
  if (ofSlot === undefined && route !== 'GET /v1/boots') return false;
  const limit = limitOf(query, ofSlot === undefined ? 1 : 10);
  if (ofSlot === undefined) {
    json(response, target.allBoots(limit));
    return true;
  }
  const view = target.boots(Number(ofSlot), limit);
  if (view === undefined) throw new Refusal(404, `no slot ${ofSlot} in this rack`);
  json(response, view);
  return true;
}

function limitOf(query: URLSearchParams, usual: number): number {
  const text = query.get('limit');
  if (text === null) return usual;
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MOST_BOOTS) throw new Refusal(400, `limit: expected a number from 1 to ${MOST_BOOTS}`);
  return limit;
}
