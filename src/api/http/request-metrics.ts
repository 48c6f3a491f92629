import type { RequestHandler } from 'express';
import { Counter, Histogram, Registry } from 'prom-client';
import type { Route } from './route.ts';

/** Requests by route, never by address: what a client writes into a path would make a series each. */
export class RequestMetrics {
  readonly registry = new Registry();
  readonly #answers = new Counter({
    name: 'pirack_api_answers_total',
    help: 'Answers of the API by route and status',
    labelNames: ['route', 'status'] as const,
    registers: [this.registry],
  });
  readonly #seconds = new Histogram({
    name: 'pirack_api_answer_seconds',
    help: 'From the head of a request to the end of its answer',
    labelNames: ['route'] as const,
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [this.registry],
  });

  /** Counts what is answered on this route. How long a stream of events stays open says nothing of how fast it is. */
  of({ name, answers }: Pick<Route, 'name' | 'answers'>): RequestHandler {
    const timed = answers[200]?.type !== 'text/event-stream';
    return (_request, response, next) => {
      const end = this.#seconds.startTimer({ route: name });
      response.once('close', () => {
        if (timed) end();
        this.#answers.inc({ route: name, status: response.statusCode });
      });
      next();
    };
  }
}
