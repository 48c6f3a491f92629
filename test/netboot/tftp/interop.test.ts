import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../../support/needs.ts';
import type { InteropReport } from './interop/rig.ts';

const RIG = fileURLToPath(new URL('interop/rig.ts', import.meta.url));
const ADD_ON = fileURLToPath(new URL('../../../native/build/Release/pirack_net.node', import.meta.url));
const SEALED = 'mount -t tmpfs tmpfs /run && mkdir /run/netns && ip link set lo up && exec "$@"';

const describeInterop = describeWith({
  root: true,
  programs: ['unshare', 'ip', 'nft', 'curl', 'atftp', 'tftp', 'busybox'],
  files: [ADD_ON],
});

describeInterop('clients that others wrote', () => {
  let directory: string;
  let report: InteropReport;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'pirack-interop-'));
    const unshare = ['-m', '-n', '-p', '-f', '--kill-child', '--mount-proc', '--propagation', 'private'];
    const inside = ['sh', '-c', SEALED, 'sh', process.execPath, RIG, directory];
    const { stdout } = await promisify(execFile)('unshare', [...unshare, ...inside], {
      timeout: 240_000,
      maxBuffer: 16 << 20,
    });
    report = JSON.parse(stdout) as InteropReport;
  }, 250_000);

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it.each([
    ['curl 512', 'kernel'],
    ['curl 1468', 'kernel'],
    ['curl 8192', 'kernel'],
    ['curl first stage', 'whole'],
    ['curl rendered', 'small'],
    ['atftp plain', 'kernel'],
    ['atftp 1468', 'whole'],
    ['atftp window 16', 'kernel'],
    ['atftp roll-over', 'whole'],
    ['atftp timeout', 'kernel'],
    ['tftp-hpa', 'kernel'],
    ['tftp-hpa whole blocks', 'whole'],
    ['busybox 512', 'kernel'],
    ['busybox 1468', 'kernel'],
    ['npm window 4', 'kernel'],
    ['npm window 64', 'kernel'],
    ['npm window 1', 'whole'],
    ['IPv6 curl 1468', 'kernel'],
    ['IPv6 atftp window 16', 'kernel'],
    ['IPv6 tftp-hpa', 'whole'],
    ['IPv6 busybox 1468', 'whole'],
    ['atftp lossy', 'part'],
    ['atftp lossy window', 'part'],
    ['curl lossy', 'part'],
  ] as const)('%s gets the %s file as it is', (name, file) => {
    expect(report.fetched[name]?.sha256, report.fetched[name]?.complaint).toBe(report.sha256[file]);
  });

  it.each(['curl foreign serial', 'curl foreign config', 'curl no prefix', 'curl upwards'])('%s: 404', (name) => {
    expect(report.fetched[name]).toMatchObject({ sha256: null, complaint: expect.stringContaining('curl: (68)') });
  });

  it('a slot that does not boot over IPv6 gets no answer by it', () => {
    expect(report.fetched['IPv6 on a leg without']).toMatchObject({
      sha256: null,
      complaint: expect.stringMatching(/curl: \(28\)/),
    });
    expect(report.stats).toMatchObject({ unknownLeg: expect.any(Number) });
  });

  it('atftp with a foreign serial gets nothing', () => {
    const contents = Object.values(report.sha256);
    expect(contents).not.toContain(report.fetched['atftp foreign serial']?.sha256);
    expect(report.fetched['atftp foreign serial']?.complaint).toMatch(/not found/i);
  });

  it('netascii is refused', () => {
    expect(Object.values(report.sha256)).not.toContain(report.fetched['tftp-hpa netascii']?.sha256);
    expect(report.events).toContainEqual(
      expect.objectContaining({ type: 'request', slot: 1, outcome: 'refused', reason: 'mode netascii' }),
    );
  });

  it('the windows and blocks were those asked for', () => {
    const complete = report.events.filter((event) => event.type === 'complete');
    const terms = complete.map(({ blksize, windowsize }) => `${blksize} ${windowsize}`);
    for (const expected of ['1448 1', '1448 16', '512 1', '1468 1', '1468 16', '1024 4', '1468 4', '1468 32']) {
      expect(terms).toContain(expected);
    }
  });

  it('what was lost was sent again', () => {
    const resent = report.events.filter(
      (event) => event.type === 'complete' && event.path === 'part.bin' && event.retransmits > 0,
    );
    expect(resent.length).toBeGreaterThan(0);
  });

  it('the prefix of another board is seen as such', () => {
    expect(report.events).toContainEqual(
      expect.objectContaining({
        type: 'request',
        slot: 2,
        outcome: 'refused',
        reason: expect.stringContaining("8b07bcc6 is not this board's"),
      }),
    );
  });
});
