/** What can be ordered. */
import { z } from 'zod';
import { SPECS, type Spec, specOf } from '../../rack/tenancy/spec.ts';
import { type Route, route } from '../http/route.ts';
import type { Services } from '../http/services.ts';

const group = 'catalogue';

export const model = z.object({
  model: z.int(),
  memory: z.int().describe('MB'),
  cpu_speed: z.int().describe('MHz'),
  nic_speed: z.int().describe('Mbit/s'),
  disk: z.int().describe('the smallest disk, in GB'),
});

const SMALLEST_DISK = 10;

/** The kinds of boards that are in the rack; of a rack that has seen none yet, all that there are. */
export function kinds({ mirror }: Services): readonly Spec[] {
  const there = new Set([...mirror.rack().slots.values()].flatMap((slot) => specOf(slot.board) ?? []));
  return there.size === 0 ? SPECS : SPECS.filter((spec) => there.has(spec));
}

export function modelOf(spec: Spec): z.infer<typeof model> {
  return {
    model: spec.model,
    memory: spec.memory,
    cpu_speed: spec.cpuSpeed,
    nic_speed: spec.nicSpeed,
    disk: SMALLEST_DISK,
  };
}

const models = route({
  method: 'GET',
  path: '/beta/pi/models',
  name: 'listModels',
  summary: 'Kinds of boards that can be ordered',
  group,
  needs: 'read',
  answers: { 200: { description: 'the kinds', schema: z.object({ models: z.array(model) }) } },
  errors: [],
  handle: ({ services }) => ({
    status: 200,
    body: {
      models: kinds(services).map(modelOf),
    },
  }),
});

const images = route({
  method: 'GET',
  path: '/beta/pi/images/{model}',
  name: 'listImages',
  summary: 'Operating systems for a model',
  group,
  needs: 'read',
  params: z.object({ model: z.enum(['3', '4'], { error: 'expected 3 or 4' }) }),
  answers: { 200: { description: 'labels by id', schema: z.record(z.string(), z.string()) } },
  errors: [],
  handle: ({ services }) => ({
    status: 200,
    body: Object.fromEntries(services.mirror.rack().images.map(({ name, label }) => [name, label])),
  }),
});

export const catalogueRoutes: readonly Route[] = [models, images];
