import { describe, expect, test } from 'vitest';
import { readMissing, readStanzas, readTargets, readUris, releaseDate } from '../../../src/roots/build/apt-output.ts';
import { BuildRefused } from '../../../src/roots/build/errors.ts';
import { DEBIAN_KEYRING, sourcesFromMachine, sourcesFromMirrors } from '../../../src/roots/build/sources.ts';

describe('what apt prints', () => {
  test('package files, with epochs and whatever is between the lines', () => {
    const text = `Reading package lists...
'http://a.example/pool/main/o/openssh/openssh-server_9.2p1-2%2bdeb12u10_arm64.deb' openssh-server_1%3a9.2p1-2+deb12u10_arm64.deb 412488 SHA256:00ff
'http://a.example/x_1_all.deb' ../x_1_all.deb 1 SHA256:00
'http://a.example/y_1_i386.deb' y_1_i386.deb 1 SHA256:00
`;
    expect(readUris(text)).toEqual([
      {
        name: 'openssh-server',
        version: '1:9.2p1-2+deb12u10',
        arch: 'arm64',
        file: 'openssh-server_1%3a9.2p1-2+deb12u10_arm64.deb',
        bytes: 412488,
      },
    ]);
  });

  test('what is not there', () => {
    const text = `E: Unable to locate package nosuch
E: Version '1:1' for 'openssh-server' was not found
E: Package 'old' has no installation candidate
W: something else
`;
    expect(readMissing(text)).toEqual(['nosuch', 'openssh-server=1:1', 'old']);
  });

  test('stanzas and dates', () => {
    const [first, second] = readStanzas('Package: a\nDepends: b (= 1)\n more\n\nPackage: c\n');
    expect([first?.get('Depends'), second?.get('Package')]).toEqual(['b (= 1)', 'c']);
    const dates = [
      'Origin: Debian\nDate: Sat, 11 Jul 2026 10:16:37 UTC\n',
      'Date: Sun, 05 Jul 2026 00:00:00 UTC',
      'no',
    ];
    expect(releaseDate(dates)).toBe(Date.UTC(2026, 6, 11, 10, 16, 37) / 1000);
    expect(releaseDate(['no'])).toBeUndefined();
  });
});

describe('where packages come from', () => {
  const targets = readTargets(
    [
      'http://deb.example.net/debian|bookworm|/usr/share/keyrings/own.gpg',
      'http://deb.example.net/debian|bookworm|/usr/share/keyrings/own.gpg',
      'http://deb.example.net/debian|bookworm-updates|',
      'http://sec.example.net/debian-security|bookworm-security|',
      'https://other.example.net|nodistro|/etc/apt/keyrings/other.asc',
      'not a line',
    ].join('\n'),
  );

  test('the machine’s own archive, once, with its keys or else Debian’s', () => {
    expect(sourcesFromMachine(targets, 'bookworm', 'bookworm')).toEqual([
      'deb [signed-by=/usr/share/keyrings/own.gpg] http://deb.example.net/debian bookworm main non-free-firmware',
      `deb [signed-by=${DEBIAN_KEYRING}] http://deb.example.net/debian bookworm-updates main non-free-firmware`,
      `deb [signed-by=${DEBIAN_KEYRING}] http://sec.example.net/debian-security bookworm-security main non-free-firmware`,
    ]);
  });

  test('another release is in the same archive', () => {
    const lines = sourcesFromMachine(targets, 'trixie', 'bookworm');
    expect(lines.map((line) => line.split(' ')[3])).toEqual(['trixie', 'trixie-updates', 'trixie-security']);
  });

  test('none is said so, with what to do', () => {
    expect(() => sourcesFromMachine(targets.slice(2), 'bookworm', undefined)).toThrow(BuildRefused);
    expect(() => sourcesFromMachine([], 'trixie', 'noble')).toThrow(
      /no Debian archive with trixie or noble .*--mirror/,
    );
  });

  test('mirrors that are named: security by its path, past days without a date of expiry', () => {
    const uris = [
      'http://snapshot.debian.org/archive/debian/20260701T000000Z/',
      'http://snapshot.debian.org/archive/debian-security/20260701T000000Z/',
      'https://mirror.example.net/debian',
    ];
    expect(sourcesFromMirrors(uris, 'bookworm')).toEqual([
      `deb [signed-by=${DEBIAN_KEYRING} check-valid-until=no] ${uris[0]} bookworm main non-free-firmware`,
      `deb [signed-by=${DEBIAN_KEYRING} check-valid-until=no] ${uris[1]} bookworm-security main non-free-firmware`,
      `deb [signed-by=${DEBIAN_KEYRING}] ${uris[2]} bookworm main non-free-firmware`,
    ]);
  });

  test.each(['ftp://a', 'http://a b', 'http://a/[trusted=yes]', '-o'])('no mirror: %s', (uri) => {
    expect(() => sourcesFromMirrors([uri], 'bookworm')).toThrow(/--mirror: expected/);
  });
});
