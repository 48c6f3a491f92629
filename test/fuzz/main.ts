import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';
import { TARGETS } from './targets/index.ts';

// Most inputs are refused, and nobody reads where.
Error.stackTraceLimit = 0;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
  },
});
const inputs = Number(values.inputs);
const seed = Number(values.seed);
if (!Number.isInteger(inputs) || inputs < 1)
  throw new RangeError(`--inputs: expected a number of inputs, got ${values.inputs}`);
if (!Number.isInteger(seed)) throw new RangeError(`--seed: expected a whole number, got ${values.seed}`);

for (const name of positionals.length === 0 ? Object.keys(TARGETS) : positionals) {
  const target = TARGETS[name];
  if (target === undefined) throw new RangeError(`expected one of ${Object.keys(TARGETS).join(', ')}, got ${name}`);
  const { values: decoded, seconds } = fuzz(target, inputs, seed, (done) => console.error(`${name}: ${done}`));
  const rate = Math.round(inputs / seconds);
  console.log(JSON.stringify({ codec: name, inputs, seed, decoded, seconds: Math.round(seconds), rate }));
}
