import { afterEach, expect, it } from 'vitest';
import { realClock } from '../../../src/net/real-clock.ts';
import type { SnmpPlan } from '../../../src/rack/plan.ts';
import { millis } from '../../../src/rack/units.ts';
import { recordedDevice } from '../../../src/sim/recording/device.ts';
import type { RecordedRow, Recording } from '../../../src/sim/recording/recording.ts';
import { loadRecording } from '../../../src/sim/recording/recording.ts';
import { serveRecording } from '../../../src/sim/recording/serve.ts';
import type { SnmpSession } from '../../../src/switches/snmp/session.ts';
import { openSnmpSession } from '../../../src/switches/snmp/session.ts';
import { TAGS } from '../../../src/switches/snmp/value.ts';
import { walkColumns } from '../../../src/switches/snmp/walk.ts';
import { describeWith } from '../../support/needs.ts';
import { snmpTool, v2cArguments, v3Arguments } from '../../switches/support/debian.ts';
import { describeRecordings, RECORDINGS, recordingNames } from '../../switches/support/recording-session.ts';
import { ACCESS, log, planFor, SECRETS, secrets, V2C, V3 } from '../../switches/support/rig.ts';

/** One that is large, one with LLDP before 1.3, one with port lists beyond a datagram of 1,500 octets, one of two MIBs. */
const FEW = ['cisco-c3750-48ps-stack3', 'aruba-cx-8325', 'huawei-s5720-56c-pwr', 'dell-sonic-e3248p'] as const;
/** Below iso: standard (LLDP of 2005), member-body (link aggregation of 2000), identified-organization. */
const ROOTS = ['1.0', '1.2', '1.3'];
const TIME = 60_000;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function serve(name: string): Promise<{ recording: Recording; port: number }> {
  const recording = await loadRecording(`${RECORDINGS}/${name}.snmprec`);
  const device = recordedDevice({ recording, clock: realClock });
  const random = () => 0.5;
  const where = { address: '127.0.0.1', port: 0 };
  const served = await serveRecording(device, { ...where, access: ACCESS, clock: realClock, random, log });
  closing.push(() => served.close());
  return { recording, port: served.port };
}

async function open(port: number, snmp: SnmpPlan): Promise<SnmpSession> {
  const session = await openSnmpSession(planFor(port, snmp), { clock: realClock, log, secrets });
  closing.push(() => session.close());
  return session;
}

/** Every row as text: OID, tag, octets in hex. */
async function walk(session: SnmpSession): Promise<string[]> {
  const limits = { varbinds: 60, rows: 100_000, deadline: millis(TIME) };
  const walked = await walkColumns(session, ROOTS, limits, realClock);
  return ROOTS.flatMap((root) =>
    [...walked.get(root)!].map(([index, { type, value }]) => {
      const text = Buffer.isBuffer(value) ? value.toString('hex') : String(value);
      return `${root}.${index} ${TAGS[type]} ${text}`;
    }),
  );
}

function recordedRows({ rows }: Recording): string[] {
  return rows.map(({ oid, tag, value }) => {
    if (tag === TAGS.Counter64) return `${oid} ${tag} ${BigInt(`0x${(value as Buffer).toString('hex')}`)}`;
    return `${oid} ${tag} ${Buffer.isBuffer(value) ? value.toString('hex') : value}`;
  });
}

describeRecordings('a recording over UDP', () => {
  it.each(recordingNames())(
    '%s is walked back row by row',
    async (name) => {
      const { recording, port } = await serve(name);
      expect(await walk(await open(port, V2C))).toEqual(recordedRows(recording));
    },
    TIME,
  );

  it.each(FEW)(
    '%s is walked back row by row under SNMPv3',
    async (name) => {
      const { recording, port } = await serve(name);
      expect(await walk(await open(port, V3))).toEqual(recordedRows(recording));
    },
    TIME,
  );
});

const DEBIAN = { 2: 'INTEGER', 64: 'IpAddress', 65: 'Counter32', 66: 'Gauge32', 67: '', 70: 'Counter64' } as const;

/** A row as `snmpbulkwalk -Ox -On -Ot -Oe` prints it, with octets on one line. */
function printed({ oid, tag, value }: RecordedRow): string {
  if (tag === TAGS.ObjectIdentifier) return `.${oid} = OID: .${value}`;
  const type = DEBIAN[tag as keyof typeof DEBIAN];
  if (Buffer.isBuffer(value) && type === undefined) {
    const octets = value.toString('hex').toUpperCase().replace(/../g, '$& ');
    return octets === '' ? `.${oid} = ""` : `.${oid} = Hex-STRING: ${octets}`;
  }
  const number = Buffer.isBuffer(value) ? BigInt(`0x${value.toString('hex')}`) : value;
  return `.${oid} = ${type === '' ? '' : `${type}: `}${number}`;
}

const tools = { programs: ['snmpbulkwalk'], files: [RECORDINGS] };
describeWith(tools)("a recording under Debian's snmpbulkwalk", () => {
  it.each(
    FEW.flatMap((name) => [
      [name, 'v2c', v2cArguments(SECRETS.READ_COMMUNITY)] as const,
      [name, 'v3', v3Arguments(ACCESS.users[0]!)] as const,
    ]),
  )(
    '%s %s',
    async (name, _version, auth) => {
      const { recording, port } = await serve(name);
      const rows: string[] = [];
      for (const root of ROOTS) {
        const ran = await snmpTool('snmpbulkwalk', port, auth, ['-Cr40', '-Ox', `.${root}`]);
        expect(ran).toMatchObject({ code: 0, errors: '' });
        // Sixteen octets a line; what begins a row has its OID in front.
        for (const line of ran.lines) {
          if (line.startsWith('.')) rows.push(line);
          else rows.push(`${rows.pop()}${line}`);
        }
      }
      const found = rows.filter((row) => !/ = No (Such|more) /.test(row));
      expect(found).toEqual(recording.rows.map(printed));
    },
    TIME,
  );
});
