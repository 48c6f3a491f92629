import { describe, expect, test } from 'vitest';
import { slotNumber } from '../../../src/rack/units.ts';
import { NotPossible } from '../../../src/roots/errors.ts';
import { restartDelay } from '../../../src/roots/exports/ganesha.ts';
import {
  connectionsFor,
  identityIn,
  renderBusConfig,
  renderConfig,
  renderExport,
} from '../../../src/roots/exports/ganesha-config.ts';
import { exportOf } from '../../../src/roots/exports/spec.ts';
import { parseIpv4 } from '../../../src/wire/address.ts';

const WANTED = { ...exportOf(slotNumber(7), '/srv/roots/slot-007/root', parseIpv4('10.20.0.26')), identity: '43:256' };
const SETTINGS = { directory: '/var/lib/pirack/r/nfs', graceless: true, deviceIds: false, connections: 1024 };

describe('renderConfig', () => {
  test('opens nothing to anybody by default, and includes each export', () => {
    expect(
      renderConfig(SETTINGS, [WANTED]),
    ).toBe(`NFS_CORE_PARAM { Protocols = 3, 4; NFS_Port = 2049; MNT_Port = 20048; Enable_NLM = false; Enable_RQUOTA = false; Enable_UDP = false; fsid_device = false; RPC_Max_Connections = 1024; Allow_Set_Io_Flusher_Fail = true; }
NFSv4 { Lease_Lifetime = 20; Grace_Period = 25; Graceless = true; Minor_Versions = 0, 1, 2; RecoveryBackend = fs; RecoveryRoot = "/var/lib/pirack/r/nfs/recovery"; Only_Numeric_Owners = true; Allow_Numeric_Owners = true; }
NFS_KRB5 { Active_krb5 = false; }
EXPORT_DEFAULTS { SecType = sys; Squash = no_root_squash; Protocols = 3, 4; Transports = TCP; Access_Type = None; }
LOG { Default_Log_Level = WARN; Facility { name = FILE; destination = "/var/lib/pirack/r/nfs/ganesha.log"; enable = active; } }
%include "/var/lib/pirack/r/nfs/exports/1007.conf"
`);
  });
});

test('connections: some for every leg, never fewer than by default nor more than nfs-ganesha takes', () => {
  expect([3, 108, 1000].map(connectionsFor)).toEqual([1024, 10_000, 10_000]);
});

describe('renderExport', () => {
  test('names the slot’s address and no other, and remembers its directory', () => {
    const text = renderExport(WANTED);
    expect(text).toBe(`# root 43:256
EXPORT { Export_Id = 1007; Path = "/srv/roots/slot-007/root"; Pseudo = "/srv/roots/slot-007/root"; Filesystem_Id = 1007.1007;
  FSAL { Name = VFS; } CLIENT { Clients = 10.20.0.26; Access_Type = RW; } }
`);
    expect(identityIn(text)).toBe('43:256');
    expect(identityIn('EXPORT { }')).toBeUndefined();
  });

  test('one that is for one version only is another export', () => {
    const only = { ...WANTED, versions: ['4.1'] as const, identity: '43:256 by 4.1' };
    const text = renderExport(only);
    expect(text).toContain('  Protocols = 4;\n');
    expect(renderExport({ ...only, versions: ['3'] })).toContain('  Protocols = 3;\n');
    expect(identityIn(text)).toBe('43:256 by 4.1');
  });

  test.each([['/a"; } EXPORT { Path = "/'], ['/a b'], ['relative'], ['/a\n'], ['/a,b'], ['/a:b']])(
    'refuses the path %j',
    (path) => {
      expect(() => renderExport({ ...WANTED, path })).toThrow(NotPossible);
      expect(() => renderExport({ ...WANTED, pseudo: path })).toThrow(NotPossible);
      expect(() => renderConfig({ ...SETTINGS, directory: path }, [])).toThrow(NotPossible);
      expect(() => renderBusConfig(path)).toThrow(NotPossible);
    },
  );
});

test('a server that keeps dying is started again ever later, up to a limit', () => {
  expect([0, 1, 2, 3, 6, 7, 50].map(restartDelay)).toEqual([0, 500, 1000, 2000, 16_000, 30_000, 30_000]);
});
