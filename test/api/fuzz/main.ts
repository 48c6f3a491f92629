import { parseArgs } from 'node:util';
import { fuzzApi } from './fuzz-api.ts';

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } },
});
const [requests, seed] = [Number(values.requests), Number(values.seed)];
if (!Number.isInteger(requests) || requests < 1)
  throw new RangeError(`--requests: expected a number of requests, got ${values.requests}`);
if (!Number.isInteger(seed)) throw new RangeError(`--seed: expected a whole number, got ${values.seed}`);

const began = performance.now();
const { statuses } = await fuzzApi(requests, seed, (done) => console.error(`${done} of ${requests}`));
const seconds = (performance.now() - began) / 1000;
for (const [route, counts] of Object.entries(statuses)) console.log(JSON.stringify({ route, ...counts }));
console.log(JSON.stringify({ requests, seed, seconds: Math.round(seconds), rate: Math.round(requests / seconds) }));
