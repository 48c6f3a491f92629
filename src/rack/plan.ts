/**
 * What should be: the rack file worked out to one value per slot and switch. Everything that serves or changes the
 * rack reads this and nothing else of the rack file.
 */
import type { Ipv4, Ipv6 } from '../wire/address.ts';
import type { Bytes, Millis, SlotNumber, VlanId, Watts } from './units.ts';

export interface Plan {
  /** The rack's name: letters, digits and hyphens; it also names the state directory. */
  readonly rack: string;
  /** `virtual`: boards and switches are simulated inside a namespace that pirack makes. */
  readonly kind: 'virtual' | 'real';
  /** The trunk interface that carries every slot's VLAN tagged; undefined in a virtual rack. */
  readonly trunk: string | undefined;
  /** DNS zone of the boards' host names, without a trailing dot. */
  readonly zone: string;
  readonly slots: readonly SlotPlan[];
  readonly switches: readonly SwitchPlan[];
  readonly images: readonly ImagePlan[];
  readonly roots: RootsPlan;
  /** Undefined: nothing is backed up. */
  readonly backups: BackupsPlan | undefined;
  readonly storage: StoragePlan;
  readonly nfs: NfsPlan;
  readonly power: PowerPlan;
  readonly ipv6: Ipv6Plan;
  /** Undefined: the rack has no API. */
  readonly api: ApiPlan | undefined;
  readonly dhcp: DhcpPlan;
  readonly timings: Readonly<Record<TimingModel, BootTimings>>;
}

export interface SlotPlan {
  readonly slot: SlotNumber;
  /** Name of the switch, and the port by its faceplate name or number. */
  readonly switch: string;
  readonly port: string;
  readonly vlan: VlanId;
  /** The controller's interface towards this slot: `vlan<vlan>`. */
  readonly leg: string;
  /** The private /30: `controller` is the leg's address, `board` the Pi's. */
  readonly ipv4: { readonly network: string; readonly controller: Ipv4; readonly board: Ipv4 };
  /** The public /64: the same two ends. */
  readonly ipv6: { readonly network: string; readonly controller: Ipv6; readonly board: Ipv6 };
  /** A further prefix routed to the board, where the rack file gives one. */
  readonly routed: string | undefined;
  /** TCP port of the SSH relay for this slot on the rack's public IPv4 address. */
  readonly sshPort: number;
  readonly hostName: string;
  /** Image to boot; undefined = unassigned: the board gets 404s for all but the first stage. */
  readonly image: string | undefined;
  /** The protocol that its firmware boots by. Over `ipv6` too, where it is that: IPv4 is always served. */
  readonly netboot: Netboot;
  /** Board to simulate in a virtual rack. Undefined in a real one, and where the rack file says none: an empty namespace. */
  readonly simulate: SimulatedModel | undefined;
}

/** `ipv6`: experimental, for a Pi 4 whose EEPROM says USE_IPV6=1, and for arm64 machines with UEFI. */
export type Netboot = 'ipv4' | 'ipv6';

/** `qemu`: an arm64 guest with u-boot, a real kernel and a real NFS client, in place of a simulated Pi. */
export type SimulatedModel = '3B' | '3B+' | '4B' | 'qemu';

export interface SwitchPlan {
  readonly name: string;
  /** Management address (IPv4 or IPv6 literal) and UDP port. */
  readonly address: string;
  readonly port: number;
  readonly snmp: SnmpPlan;
  /** Faceplate ports that are never written. */
  readonly uplinks: readonly string[];
  /** PoE budget in watts that the boards of this switch may use together. */
  readonly budget: Watts;
  /** VLAN ids that the switch keeps for itself. */
  readonly reservedVlans: readonly VlanId[];
  /** Name of the driver; undefined: the switch is asked what it is. */
  readonly driver: string | undefined;
  /** For switches that are not written over SNMP; undefined: none is given. */
  readonly ssh: SshPlan | undefined;
  /** Who keeps every slot on a VLAN of its own on this switch. */
  readonly isolation: Isolation;
  /** Whether its budget is spent by what the boards draw or by what their class may draw; undefined: the driver says. */
  readonly budgetBy: BudgetBy | undefined;
  /** Index of the PoE row by faceplate port, where no rule can prove it; empty: rules do. */
  readonly portMap: Readonly<Record<string, string>>;
}

/**
 * - `managed`: pirack makes it so at the start and whenever it finds it otherwise
 * - `checked`: pirack reads it; a port that is not isolated is named and its board gets no power until it is
 * - `manual`: pirack cannot read it and takes it on trust
 */
export type Isolation = 'managed' | 'checked' | 'manual';
export type BudgetBy = 'measured' | 'allocated';

export interface SshPlan {
  readonly user: string;
  readonly port: number;
  /** Exactly one of the two. */
  readonly password: SecretRef | undefined;
  readonly key: SecretRef | undefined;
  /** Fingerprint of the switch's host key, `SHA256:…` as ssh-keygen prints it: any other key is refused. */
  readonly hostKey: string;
  /** Algorithms that are refused unless named, for a switch that has no better ones. */
  readonly legacy: readonly LegacySsh[];
}

export const LEGACY_SSH = Object.freeze([
  'diffie-hellman-group-exchange-sha1',
  'diffie-hellman-group14-sha1',
  'diffie-hellman-group1-sha1',
  'ssh-rsa',
  'aes128-cbc',
  'aes256-cbc',
  '3des-cbc',
  'hmac-sha1',
] as const);
export type LegacySsh = (typeof LEGACY_SSH)[number];

/** A secret is named, never written: it is read when the switch is first spoken to. */
export type SecretRef = { readonly file: string } | { readonly env: string };

export type SnmpPlan =
  | { readonly version: '2c'; readonly community: SecretRef }
  | {
      readonly version: '3';
      readonly user: string;
      readonly auth: { readonly protocol: SnmpAuth; readonly key: SecretRef };
      readonly priv: { readonly protocol: SnmpPriv; readonly key: SecretRef };
    };
export type SnmpAuth = 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';
export type SnmpPriv = 'aes128' | 'aes256b' | 'aes256r';

export interface ImagePlan {
  readonly name: string;
  /** Directory that holds `boot/` and `root/`, absolute or relative to the rack file (made absolute here). */
  readonly directory: string;
  readonly trim: TrimPlan;
  /** By which version its root is mounted; undefined: as the image says, or else as `nfs` of the rack does. */
  readonly nfs?: NfsVersion | undefined;
}

/** What a boot tree leaves out of its image, or sends smaller; the image itself is never changed. */
export interface TrimPlan {
  /** `auto`: the cut-down firmware where the image has it for the board (gpu_mem=16: no camera, no codecs). */
  readonly firmware: 'auto' | 'full';
  /** `none`: the kernel mounts the root by itself. */
  readonly initramfs: 'keep' | 'none';
  /** `compress`: a kernel that is not compressed is sent as gzip. */
  readonly kernel: 'keep' | 'compress';
}

export interface RootsPlan {
  /** Where the boards' writable roots live. */
  readonly directory: string;
  readonly backend: 'auto' | 'btrfs' | 'overlay' | 'reflink' | 'copy';
  /** How long a root that was replaced is kept, so that it can be made current again. */
  readonly keepOld: Millis;
  /** What a board may write beyond its image, unless its customer has ordered a disk; undefined: as much as there is. */
  readonly diskSize: Bytes | undefined;
}

/** When what of the storage is told. */
export interface StoragePlan {
  /** Per cent of the disk of the roots that no clone may take: boards that run need it. */
  readonly reserve: number;
  /** Per cent of room, or of inodes, below which a disk is low. */
  readonly lowAt: number;
  /** A disk that will be full in fewer days than this, by its trend, is told. */
  readonly fullInDays: number;
  /** Per cent of a board's own disk. */
  readonly rootFillingAt: number;
  readonly rootFullAt: number;
  /** The size from which on a database is too large. */
  readonly database: Bytes;
  /** How many days after its last verification an imported image is read again; 0: never. */
  readonly verifyDays: number;
}

export type NfsVersion = '3' | '4.1';

export interface BackupsPlan {
  /** A directory, or an address as restic has them. */
  readonly repository: string;
  readonly passwordFile: string;
  /** File of NAME=VALUE lines for the repository's service; undefined: it needs none. */
  readonly credentials: string | undefined;
  readonly slots: readonly SlotNumber[];
  /** Undefined: only when it is asked for. */
  readonly schedule: BackupSchedule | undefined;
  /** Undefined: nothing is ever removed from here. */
  readonly keep: { readonly daily: number; readonly weekly: number; readonly monthly: number } | undefined;
  /** Paths of the boards, from / on, as restic's patterns. */
  readonly exclude: readonly string[];
  /** KiB/s that are sent at most; undefined: as much as goes. */
  readonly bandwidth: number | undefined;
  /** KiB; larger files are left out, and named. */
  readonly largestFile: number;
  /** Roots at a time. */
  readonly concurrent: number;
  /** A slot without a good backup for so long is an event. */
  readonly overdueDays: number;
  /** Whether one root of every run is restored and compared. */
  readonly trial: boolean;
  readonly images: 'manifests' | 'whole';
  /** The rack file and the files that it names: without them a new controller cannot serve. */
  readonly files: readonly string[];
  /** Secrets that come from the environment, which no backup has. */
  readonly variables: readonly string[];
}

export interface BackupSchedule {
  /** Minutes of the day, in UTC. */
  readonly at: number;
  /** Begins at a time of its own at most so much later: racks that share a repository do not all come at once. */
  readonly jitter: Millis;
}

export interface NfsPlan {
  readonly server: 'auto' | 'ganesha' | 'kernel';
  /** Of images that do not say. */
  readonly version: NfsVersion;
  /** Whether a root can be mounted by the version that its image does not use. */
  readonly otherVersions: 'served' | 'refused';
}

export interface PowerPlan {
  /** How long a port stays off in a power cycle, once it reads off. */
  readonly hold: Millis;
  /** How many boards of one switch may be between power-on and ssh up at the same time. */
  readonly concurrentBoots: number;
  /** How often every switch is read. */
  readonly poll: Millis;
  /** Per cent of every switch's budget that stays free. */
  readonly headroom: number;
  /** Ports of one switch that may be switched on at once; one more each `startEvery` after that. */
  readonly startBurst: number;
  readonly startEvery: Millis;
}

/** How customers reach the rack. */
export interface ApiPlan {
  readonly listen: { readonly host: string; readonly port: number };
  /** Scheme, host and port as customers write them; undefined: as it listens. */
  readonly publicUrl: string | undefined;
  /** Short code of the site. */
  readonly location: string;
  /** PEM files; undefined: plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Addresses and prefixes of proxies in front, whose word on where a request comes from is taken. */
  readonly trustedProxies: readonly string[];
  /** Unix user that it runs as; undefined: as the controller does, which `check` only lets pass in a virtual rack. */
  readonly user: string | undefined;
  readonly webhooks: WebhookPlan;
}

export interface WebhookPlan {
  /** Whether they may lead to plain HTTP. */
  readonly http: boolean;
  /** Prefixes that they may lead to although these are not public. */
  readonly allowed: readonly string[];
  /** PEM file of a CA that is trusted beside the public ones. */
  readonly ca: string | undefined;
}

export interface DhcpPlan {
  /**
   * For how long an address is given: of IPv4 the lease, of IPv6 the preferred lifetime, and twice as long the valid one.
   * The address is the leg's for good; this only says how often its client is heard of.
   */
  readonly lease: Millis;
}

/** What the controller says on the legs in router advertisements and DHCPv6. */
export interface Ipv6Plan {
  /** `external`: another router advertises itself there, and pirack does not. */
  readonly gateway: 'pirack' | 'external';
  /** Whether boards may make themselves addresses of their /64 beside the one that DHCPv6 gives (SLAAC). */
  readonly autonomous: boolean;
  /** Resolvers. */
  readonly dns: readonly Ipv6[];
  /** The NAT64 prefix of the network, for PREF64 (RFC 8781). */
  readonly nat64: { readonly prefix: Ipv6; readonly length: number } | undefined;
  readonly mtu: number | undefined;
}

/** Keyed by what can be told apart before a board is known well: `default` serves until it is. */
export type TimingModel = '3B' | '3B+' | '4B' | 'default';

/** How long a stage may last before the board counts as stuck (research: pi-boot §5.7). */
export interface BootTimings {
  /** Power-on to the first DISCOVER. */
  readonly discover: Millis;
  /** First DISCOVER to the first read request. */
  readonly firstRequest: Millis;
  /** Silence during TFTP, before the kernel is sent. */
  readonly transferIdle: Millis;
  /** Kernel sent to the NFS root connected. */
  readonly rootMount: Millis;
  /** NFS root connected to the SSH banner. */
  readonly ssh: Millis;
  /** OFFER delay after a DISCOVER of the boot ROM. */
  readonly offerDelay: Millis;
  /** When, after each DISCOVER of boot firmware, a frame is sent to wake it, until it asks for its first file. */
  readonly nudges: readonly Millis[];
}
