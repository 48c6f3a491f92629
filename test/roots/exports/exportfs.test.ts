import { describe, expect, test } from 'vitest';
import { slotNumber } from '../../../src/rack/units.ts';
import {
  exportsSeen,
  isOwnExportsFile,
  parseExportfs,
  renderExportsFile,
} from '../../../src/roots/exports/exportfs.ts';
import { exportOf } from '../../../src/roots/exports/spec.ts';
import { parseIpv4 } from '../../../src/wire/address.ts';

/** As exportfs(8) of nfs-utils 2.6 prints: a short path and its client on one line, a long one on two. */
const OUTPUT = `/srv          \t10.0.0.0/24(sync,wdelay,hide,no_subtree_check,sec=sys,ro,secure,root_squash,no_all_squash)
/srv/roots/slot-001/root
\t\t10.20.0.2(sync,wdelay,hide,no_subtree_check,fsid=1001,sec=sys,rw,secure,no_root_squash,no_all_squash)
/srv/roots/slot-002/root
\t\t10.20.0.6(sync,wdelay,hide,no_subtree_check,fsid=1002,sec=sys,ro,secure,no_root_squash,no_all_squash)
/srv/roots/slot-002/root
\t\t<world>(sync,wdelay,hide,no_subtree_check,sec=sys,ro,secure,root_squash,no_all_squash)
/srv/with\\040space\t*(rw,fsid=7)
`;

describe('parseExportfs', () => {
  test('reads both layouts', () => {
    const lines = parseExportfs(OUTPUT);
    expect(lines.map(({ path, client }) => [path, client])).toEqual([
      ['/srv', '10.0.0.0/24'],
      ['/srv/roots/slot-001/root', '10.20.0.2'],
      ['/srv/roots/slot-002/root', '10.20.0.6'],
      ['/srv/roots/slot-002/root', '<world>'],
      ['/srv/with space', '*'],
    ]);
    expect(lines[1]?.options.has('fsid=1001')).toBe(true);
    expect(parseExportfs('')).toEqual([]);
    expect(parseExportfs('exportfs: no such thing\n')).toEqual([]);
  });

  test('what is seen is ours by number or by directory, and a client with less than it needs is not that client', () => {
    const identities = new Map([
      ['/srv/roots/slot-001/root', '1:1'],
      ['/srv/roots/slot-002/root', '1:2'],
    ]);
    expect(exportsSeen(parseExportfs(OUTPUT), identities)).toEqual([
      {
        id: 1001,
        path: '/srv/roots/slot-001/root',
        pseudo: '/srv/roots/slot-001/root',
        clients: ['10.20.0.2'],
        identity: '1:1',
      },
      expect.objectContaining({ id: 1002, clients: [expect.stringMatching(/^10\.20\.0\.6\(.*ro/)] }),
      expect.objectContaining({
        id: 0,
        path: '/srv/roots/slot-002/root',
        clients: [expect.stringMatching(/^<world>/)],
      }),
    ]);
    expect(exportsSeen(parseExportfs(OUTPUT), new Map()).map(({ id }) => id)).toEqual([1001, 1002]);
  });
});

test('renderExportsFile', () => {
  const wanted = {
    ...exportOf(slotNumber(7), '/srv/roots/slot-007/root', parseIpv4('10.20.0.26')),
    identity: '43:256',
  };
  expect(renderExportsFile(wanted)).toBe(
    '# root 43:256\n/srv/roots/slot-007/root 10.20.0.26(rw,sync,no_subtree_check,no_root_squash,sec=sys,fsid=1007)\n',
  );
  expect(() => renderExportsFile({ ...wanted, path: '/srv *(rw)' })).toThrow();
});

test.each([
  ['pirack-slot-001.exports', true],
  ['pirack-slot-1080.exports', true],
  ['staff.exports', false],
  ['pirack-slot-001.exports.bak', false],
  ['.pirack-slot-001.exports', false],
])('%s is ours: %s', (name, ours) => expect(isOwnExportsFile(name)).toBe(ours));
