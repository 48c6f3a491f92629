/** What can be ordered. */
import { z } from 'zod';
import { kinds, model, modelOf } from '../customer/catalogue.ts';
import { type Route, route } from '../http/route.ts';

const group = 'v1-catalogue';

const models = route({
  method: 'GET',
  path: '/api/v1/models',
  name: 'v1ListModels',
  summary: 'Kinds of boards that can be ordered',
  group,
  needs: 'read',
  answers: { 200: { description: 'the kinds', schema: z.object({ models: z.array(model) }) } },
  errors: [],
  handle: ({ services }) => ({ status: 200, body: { models: kinds(services).map(modelOf) } }),
});

const images = route({
  method: 'GET',
  path: '/api/v1/images',
  name: 'v1ListImages',
  summary: 'Operating systems',
  group,
  needs: 'read',
  answers: {
    200: {
      description: 'the images',
      schema: z.object({ images: z.array(z.object({ id: z.string().describe('as os_image'), label: z.string() })) }),
    },
  },
  errors: [],
  handle: ({ services }) => ({
    status: 200,
    body: { images: services.mirror.rack().images.map(({ name, label }) => ({ id: name, label })) },
  }),
});

export const catalogueRoutes: readonly Route[] = [models, images];
