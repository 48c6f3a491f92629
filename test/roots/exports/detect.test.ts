import { describe, expect, test } from 'vitest';
import type { NfsPlan } from '../../../src/rack/plan.ts';
import { NotPossible } from '../../../src/roots/errors.ts';
import { chooseServer } from '../../../src/roots/exports/detect.ts';
import { missingPrivileges } from '../../../src/roots/exports/privileges.ts';

const WHOLE_MAP = '         0          0 4294967295\n';
const status = (user: number, capabilities: string) =>
  `Name:\tnode\nUid:\t${user}\t${user}\t${user}\t${user}\nCapEff:\t${capabilities}\n`;

describe('missingPrivileges', () => {
  test.each([
    ['root', WHOLE_MAP, status(0, '000001ffffffffff'), []],
    ['a user', WHOLE_MAP, status(1000, '0000000000000000'), [/user 1000/, /CAP_DAC_READ_SEARCH/, /CAP_SYS_ADMIN/]],
    ['a user namespace', '0 1000 1\n', status(0, '000001ffffffffff'), [/own user namespace/]],
    ['root without capabilities', WHOLE_MAP, status(0, '0000000000200000'), [/CAP_DAC_READ_SEARCH/]],
    ['no facts', '', '', [/user unknown/, /user namespace/, /CAP_DAC/, /CAP_SYS/]],
  ])('%s', (_, uidMap, text, expected) => {
    const missing = missingPrivileges({ uidMap, status: text });
    expect(missing).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
  });
});

describe('chooseServer', () => {
  const both = [
    { name: 'kernel' as const, refusals: [] },
    { name: 'ganesha' as const, refusals: [] },
  ];
  const none = both.map(({ name }) => ({ name, refusals: [`no ${name}`, 'and more'] }));
  const served = (server: NfsPlan['server']) => ({ server, otherVersions: 'served' as const });
  test.each([
    ['auto', 'real', both, 'kernel'],
    ['auto', 'virtual', both, 'ganesha'],
    ['kernel', 'virtual', both, 'kernel'],
    ['ganesha', 'real', both, 'ganesha'],
    ['auto', 'real', [none[0]!, both[1]!], 'ganesha'],
  ] as const)('%s in a %s rack', (wanted, kind, probes, expected) => {
    expect(chooseServer(served(wanted), kind, probes)).toBe(expected);
  });

  test('the kernel’s cannot refuse a version by export', () => {
    const refused = { server: 'auto', otherVersions: 'refused' } as const;
    expect(chooseServer(refused, 'real', both)).toBe('ganesha');
    expect(() => chooseServer({ ...refused, server: 'kernel' }, 'real', both)).toThrow(
      /cannot refuse versions by export/,
    );
  });

  test('none: every reason is told', () => {
    expect(() => chooseServer(served('auto'), 'real', none)).toThrow(NotPossible);
    expect(() => chooseServer(served('auto'), 'real', none)).toThrow(
      'kernel: no kernel; kernel: and more; ganesha: no ganesha; ganesha: and more',
    );
    expect(() => chooseServer(served('kernel'), 'real', [none[0]!, both[1]!])).toThrow(NotPossible);
  });
});
