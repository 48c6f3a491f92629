/** The API alone in a process, so that its memory and time are its own. Answers each message with both. */
import { pino } from 'pino';
import { Api } from '../../../src/api/api.ts';
import { realClock } from '../../../src/net/real-clock.ts';

const [, , socket, directory] = process.argv as [string, string, string, string];
const api = await Api.start({
  socket,
  directory,
  listen: { host: '127.0.0.1', port: 0, tls: undefined },
  publicUrl: undefined,
  location: 'LAB',
  trustedProxies: [],
  webhooks: { http: false, allowed: [], ca: undefined, own: [] },
  limits: { requests: 1e9, failures: 1e9, connections: 1e9 },
  streamLimits: { ofKey: 1e6, ofTenant: 1e6, ofNetwork: 1e6, all: 1e6 },
  clock: realClock,
  log: pino({ level: 'silent' }),
});
process.on('message', (what) => {
  // Only where memory is asked for: it takes time that would be counted.
  if (what === 'memory') globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({ rss, heapUsed, cpu: (user + system) / 1000, streams: api.streams });
});
process.on('disconnect', () => process.exit(0));
while (!api.ready) await new Promise((resolve) => setTimeout(resolve, 10));
process.send?.({ port: api.port });
