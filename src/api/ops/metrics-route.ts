import { collectDefaultMetrics, Registry } from 'prom-client';
import { route } from '../http/route.ts';
import { rackMetrics } from './rack-metrics.ts';

/** Of the process: one for all, however many servers listen in it. */
let ofProcess: Registry | undefined;

function processMetrics(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

export const metricsRoute = route({
  method: 'GET',
  path: '/metrics',
  name: 'getMetrics',
  summary: 'The rack, the API and its process as metrics of Prometheus; of the whole rack',
  group: 'monitoring',
  needs: 'monitor',
  answers: { 200: { description: 'text format 0.0.4', type: 'text/plain' } },
  errors: [],
  handle: async ({ services }) => {
    const rack = rackMetrics(services.mirror.rack(), services.clock.now());
    const all = Registry.merge([rack, services.requests.registry, processMetrics()]);
    return { status: 200, body: await all.metrics(), headers: { 'content-type': all.contentType } };
  },
});
