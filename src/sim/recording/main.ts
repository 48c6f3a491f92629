/**
 * Serves one recording on loopback, for people: `node src/sim/recording/main.ts FILE [--port N]`, and then Debian's
 * snmpwalk and snmpset see the switch that was recorded.
 */
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { realClock } from '../../net/real-clock.ts';
import type { AgentAccess } from '../switch/agent.ts';
import { recordedDevice } from './device.ts';
import { RecordingInvalid } from './errors.ts';
import { KNOWN_RECORDINGS, knownOverlay } from './known.ts';
import { loadRecording } from './recording.ts';
import { serveRecording } from './serve.ts';

const HOST = '127.0.0.1';
const USAGE = `usage: node src/sim/recording/main.ts FILE [--port N] [--as-recorded]

Serves the snmprec recording FILE on ${HOST}: community public reads, community private writes too.
SNMPv3 (SHA-256, AES-128) is offered to user pirack when PIRACK_SNMP_AUTH_KEY and PIRACK_SNMP_PRIV_KEY are set.

  --port N       UDP port, 1161 if left out; 0 takes any free one
  --as-recorded  no rows that were not recorded, and nothing may be written. Otherwise the power of
                 ${KNOWN_RECORDINGS.join(', ')}
                 can be switched, with the standard rows made up where the recording lacks them.
`;
const USER_KEY_LEAST = 8;

class Usage extends Error {
  override readonly name = 'Usage';
}

async function main(args: readonly string[]): Promise<void> {
  const { file, port, asRecorded } = settings(args);
  const recording = await loadRecording(file);
  const overlay = asRecorded ? undefined : knownOverlay(file);
  const random = Math.random;
  const device = recordedDevice({ recording, overlays: overlay ? [overlay] : [], clock: realClock, random });
  const access = accessFrom(process.env);
  const log = pino({ level: 'silent' });
  const served = await serveRecording(device, { address: HOST, port, access, clock: realClock, random, log });
  const madeUp = device.synthetic.size === 0 ? '' : `, ${device.synthetic.size} more made up`;
  process.stdout.write(
    `${recording.rows.length} recorded rows${madeUp}; answering on ${served.address} port ${served.port}. Try:\n` +
      `snmpwalk -v2c -c public ${served.address}:${served.port} 1.3.6.1.2.1.1\n`,
  );
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void served.close());
}

function settings(args: readonly string[]) {
  const options = {
    port: { type: 'string', default: '1161' },
    'as-recorded': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    if (values.help) throw new Usage();
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) throw new Usage(`expected one FILE, got ${positionals.length}`);
    const port = Number(values.port);
    if (!/^\d{1,5}$/.test(values.port) || port > 65_535)
      throw new Usage(`--port: expected a number from 0 to 65535, got ${JSON.stringify(values.port)}`);
    return { file, port, asRecorded: values['as-recorded'] };
  } catch (cause) {
    throw cause instanceof Usage ? cause : new Usage((cause as Error).message, { cause });
  }
}

/** Keys are not for the command line, where every user of the machine can read them. */
function accessFrom({ PIRACK_SNMP_AUTH_KEY: auth, PIRACK_SNMP_PRIV_KEY: priv }: NodeJS.ProcessEnv): AgentAccess {
  const communities = [
    { name: 'public', write: false },
    { name: 'private', write: true },
  ];
  if (auth === undefined && priv === undefined) return { communities, users: [] };
  if (auth === undefined || priv === undefined || Math.min(auth.length, priv.length) < USER_KEY_LEAST) {
    throw new Usage(
      `expected both PIRACK_SNMP_AUTH_KEY and PIRACK_SNMP_PRIV_KEY with at least ${USER_KEY_LEAST} characters, or neither`,
    );
  }
  const user = {
    auth: { protocol: 'sha256', key: auth },
    priv: { protocol: 'aes128', key: priv },
    write: true,
  } as const;
  return { communities, users: [{ name: 'pirack', ...user }] };
}

main(process.argv.slice(2)).catch((error: Error) => {
  if (error instanceof Usage) {
    const asked = error.message === '';
    (asked ? process.stdout : process.stderr).write(asked ? USAGE : `${error.message}\n\n${USAGE}`);
    process.exitCode = asked ? 0 : 2;
    return;
  }
  const known = error instanceof RecordingInvalid || 'code' in error;
  console.error(known ? error.message : error);
  process.exitCode = 1;
});
