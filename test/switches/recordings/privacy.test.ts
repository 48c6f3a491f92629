/** Recordings hold the addresses of other people's devices: none of them may end up in the project. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { describeRecordings, RECORDINGS, recordingNames } from '../support/recording-session.ts';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const WRITTEN = /\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b/gi;

describeRecordings('addresses of recorded devices', () => {
  it('are nowhere in the project', () => {
    const recorded = new Set(recordingNames().flatMap((name) => addressesOf(`${RECORDINGS}/${name}.snmprec`)));
    expect(recorded.size).toBeGreaterThan(1_000);
    const found = ['src', 'test', 'docs', 'firmware-notes', 'rack-configs'].flatMap((folder) =>
      readdirSync(`${PROJECT}/${folder}`, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.(ts|md|yaml|yml|json)$/.test(entry.name))
        .map((entry) => `${entry.parentPath}/${entry.name}`)
        .filter((file) => (readFileSync(file, 'utf8').match(WRITTEN) ?? []).some((mac) => recorded.has(plain(mac)))),
    );
    expect(found).toEqual([]);
  });
});

/** Those in the indices of forwarding tables, and every value of six octets. */
function addressesOf(file: string): string[] {
  const text = readFileSync(file, 'latin1');
  const inIndex = [...text.matchAll(/^1\.3\.6\.1\.2\.1\.17\.[\d.]*?((?:\.\d{1,3}){6})\|/gm)].map(([, arcs]) =>
    Buffer.from(arcs!.slice(1).split('.').map(Number)).toString('hex'),
  );
  const values = [...text.matchAll(/\|4x\|([0-9a-f]{12})$/gim)].map(([, hex]) => hex!.toLowerCase());
  // Anybody's: all zeros, all ones, and what is only a protocol's.
  return [...inIndex, ...values].filter((mac) => !/^(.)\1{11}$/.test(mac));
}

function plain(mac: string): string {
  return mac.toLowerCase().replaceAll(/[:-]/g, '');
}
