/** What nfs-ganesha is told (versions 4 and 6 were tried), as text (ganesha-core-config(8), ganesha-export-config(8)). */
import { assertPlainPath } from '../backends/tree.ts';
import { ALL_VERSIONS, type ExportWanted } from './spec.ts';

/** TCP ports of the NFS server, for `nfsroot=`, the firewall and the witness of mounts. */
export const NFS_PORT = 2049;
export const MOUNT_PORT = 20048;

export interface GaneshaSettings {
  /** Directory for everything below. */
  readonly directory: string;
  /**
   * True: no waiting for NFSv4 clients to reclaim their locks after a restart. With NFSv3 roots there is nothing to reclaim,
   * and the waiting would hold up every board's writes.
   */
  readonly graceless: boolean;
  /**
   * True: file systems are told apart by their device number, not by their id. Needed where overlays have no id of their own
   * (before Linux 6.6); file handles then go stale when this machine restarts.
   */
  readonly deviceIds: boolean;
  /** Connections that it holds at once. */
  readonly connections: number;
}

/** A leg that is held for having too many (docs/security-legs.md) may have this many when that is noticed. */
const CONNECTIONS_OF_A_LEG = 100;
/** nfs-ganesha takes no higher number. */
const MOST_CONNECTIONS = 10_000;

/** So many that some boards which hold all they can get leave room for the others. */
export const connectionsFor = (legs: number): number =>
  Math.min(MOST_CONNECTIONS, Math.max(1024, legs * CONNECTIONS_OF_A_LEG));

export const configPath = (directory: string): string => `${directory}/ganesha.conf`;
export const pidPath = (directory: string): string => `${directory}/ganesha.pid`;
export const logPath = (directory: string): string => `${directory}/ganesha.log`;
export const recoveryPath = (directory: string): string => `${directory}/recovery`;
export const exportPath = (directory: string, id: number): string => `${directory}/exports/${id}.conf`;
export const busPath = (directory: string): string => `${directory}/bus`;
export const busConfigPath = (directory: string): string => `${directory}/bus.conf`;
export const busAddress = (directory: string): string => `unix:path=${busPath(directory)}`;

/**
 * The whole configuration for a start. NFSv4 leases are short: a tenant that vanished holds nothing for long, and the
 * grace period after a restart, which waits for all of them, ends soon.
 */
export function renderConfig(settings: GaneshaSettings, exports: readonly ExportWanted[]): string {
  const { directory, graceless, deviceIds, connections } = settings;
  assertPlainPath(directory);
  return `${[
    block('NFS_CORE_PARAM', {
      Protocols: '3, 4',
      NFS_Port: NFS_PORT,
      MNT_Port: MOUNT_PORT,
      Enable_NLM: false,
      Enable_RQUOTA: false,
      Enable_UDP: false,
      fsid_device: deviceIds,
      RPC_Max_Connections: connections,
      // From version 5 on it does not start where root lacks CAP_SYS_RESOURCE, as in many containers; version 4 only
      // warns that it does not know the word. It guards against memory pressure from clients on this very machine.
      Allow_Set_Io_Flusher_Fail: true,
    }),
    block('NFSv4', {
      Lease_Lifetime: 20,
      Grace_Period: 25,
      Graceless: graceless,
      Minor_Versions: '0, 1, 2',
      RecoveryBackend: 'fs',
      RecoveryRoot: `"${recoveryPath(directory)}"`,
      Only_Numeric_Owners: true,
      Allow_Numeric_Owners: true,
    }),
    block('NFS_KRB5', { Active_krb5: false }),
    block('EXPORT_DEFAULTS', {
      SecType: 'sys',
      Squash: 'no_root_squash',
      Protocols: '3, 4',
      Transports: 'TCP',
      // Nobody, until a CLIENT block names somebody.
      Access_Type: 'None',
    }),
    `LOG { Default_Log_Level = WARN; Facility { name = FILE; destination = "${logPath(directory)}"; enable = active; } }`,
    ...exports.map((each) => `%include "${exportPath(directory, each.id)}"`),
  ].join('\n')}\n`;
}

/** The file of one export. Its first line remembers which directory was exported, for whoever adopts the server later. */
export function renderExport(each: ExportWanted): string {
  assertPlainPath(each.path);
  assertPlainPath(each.pseudo);
  return [
    `# root ${each.identity}`,
    `EXPORT { Export_Id = ${each.id}; Path = "${each.path}"; Pseudo = "${each.pseudo}"; Filesystem_Id = ${each.id}.${each.id};`,
    ...protocols(each),
    `  FSAL { Name = VFS; } CLIENT { Clients = ${each.client}; Access_Type = RW; } }`,
    '',
  ].join('\n');
}

/** Where it is for some versions only: by default an export is served by all. */
function protocols({ versions }: ExportWanted): string[] {
  if (versions.length === ALL_VERSIONS.length) return [];
  return [`  Protocols = ${versions.map((version) => (version === '3' ? 3 : 4)).join(', ')};`];
}

/** The identity in the first line of an export's file. */
export function identityIn(text: string): string | undefined {
  return /^# root (\d+:\d+(?: by [\d.and ]+)?)$/m.exec(text)?.[1];
}

/** A message bus for the NFS server and its controller only: no name, user or program of the machine's own bus is on it. */
export function renderBusConfig(directory: string): string {
  assertPlainPath(directory);
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>pirack</type>
  <listen>unix:path=${busPath(directory)}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="root"/>
    <allow own="org.ganesha.nfsd"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
`;
}

function block(name: string, values: Readonly<Record<string, string | number | boolean>>): string {
  const members = Object.entries(values).map(([key, value]) => `${key} = ${value};`);
  return `${name} { ${members.join(' ')} }`;
}
