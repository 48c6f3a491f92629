import { parseArgs } from 'node:util';
import { parseDuration } from './duration.ts';
import { soak } from './soak.ts';

const { values } = parseArgs({
  options: {
    for: { type: 'string', default: '10m' },
    quiet: { type: 'string', default: '2m' },
    rate: { type: 'string', default: '10000' },
    kinds: { type: 'string' },
    every: { type: 'string', default: '30s' },
  },
});

const { kinds } = values;
const report = await soak('rig-soak', {
  flood: parseDuration('--for', values.for),
  quiet: parseDuration('--quiet', values.quiet),
  every: parseDuration('--every', values.every),
  rate: Number(values.rate),
  ...(kinds === undefined ? {} : { kinds }),
  tell: (line) => console.error(`${new Date().toISOString()} ${line}`),
});
console.log(JSON.stringify(report, undefined, 2));
process.exitCode = report.quiet.failures.length + report.flood.failures.length === 0 ? 0 : 1;
