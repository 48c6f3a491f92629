/** The rack file's format. Objects are strict: a key that is not listed here is a mistake. */
import { z } from 'zod';
import { LEGACY_SSH } from '../plan.ts';
import { NAT64_KINDS } from '../prefix.ts';
import { bytes, hours, millis, seconds } from '../units.ts';
import { backups } from './backups.ts';
import {
  authProtocol,
  directory,
  diskSize,
  duration,
  durationBetween,
  imageReference,
  integer,
  interfaceName,
  ipv6Address,
  listenAddress,
  managementAddress,
  matching,
  plainName,
  ports,
  positiveDuration,
  power,
  prefix,
  privProtocol,
  proxyAddress,
  publicUrl,
  rackName,
  range,
  secret,
  size,
  zoneName,
} from './scalars.ts';

/** Highest slot number: each has a VLAN id of its own above VLAN 1. */
export const MAX_SLOT = 4093;

const trunk = z
  .strictObject({
    interface: interfaceName.optional(),
    vlan_base: integer(0, 4093, 'a number').default(100),
  })
  .meta({ expected: '{interface: eth1, vlan_base: 100}' });

const addresses = z
  .strictObject({
    ipv4: prefix(4, { min: 8, max: 30 }),
    ipv6: prefix(6, { min: 16, max: 63 }),
    routed: z
      .strictObject({ prefix: prefix(6, { min: 16, max: 63 }), length: integer(17, 64, 'a prefix length') })
      .meta({ expected: '{prefix: 2001:db8:4000::/40, length: 56}' })
      .optional(),
  })
  .meta({ expected: '{ipv4: 10.20.0.0/22, ipv6: 2001:db8:20::/56}' });

const snmp = z
  .discriminatedUnion('version', [
    z.strictObject({ version: z.literal('2c'), community: secret }),
    z.strictObject({
      version: z.literal([3, '3']),
      user: z
        .string()
        .regex(/^[!-~]{1,32}$/)
        .meta({ expected: 'an SNMPv3 user of at most 32 printable ASCII characters' }),
      auth: z
        .strictObject({ protocol: authProtocol, key: secret })
        .meta({ expected: '{protocol: sha256, key: {file: PATH}}', secret: true }),
      priv: z
        .strictObject({ protocol: privProtocol, key: secret })
        .meta({ expected: '{protocol: aes128, key: {file: PATH}}', secret: true }),
    }),
  ])
  .meta({ expected: 'version: 2c with community, or version: 3 with user, auth and priv', secret: true });

const ssh = z
  .strictObject({
    user: matching(/^[!-~]{1,64}$/, 'a user name without spaces'),
    port: integer(1, 65535, 'a TCP port').default(22),
    password: secret.optional(),
    key: secret.optional(),
    host_key: matching(
      /^SHA256:[A-Za-z0-9+/]{43}=?$/,
      'the fingerprint of the switch’s host key as `ssh-keygen -lf` prints it: SHA256: and 43 characters',
    ),
    legacy_algorithms: z
      .array(z.enum(LEGACY_SSH).meta({ expected: `one of ${LEGACY_SSH.join(', ')}` }))
      .meta({ expected: 'a list of algorithms, such as [ssh-rsa]' })
      .default([]),
  })
  .meta({ expected: '{user: pirack, key: {file: PATH}, host_key: "SHA256:…"}', secret: true });

const networkSwitch = z.strictObject({
  name: plainName,
  address: managementAddress,
  port: integer(1, 65535, 'a UDP port').default(161),
  snmp,
  uplinks: z.array(ports).meta({ expected: 'a list of ports, such as ["49-52"]' }),
  budget: power,
  reserved_vlans: z
    .array(range({ min: 1, max: 4094 }, 'VLAN ids'))
    .meta({ expected: 'a list of VLAN ids, such as ["1002-1005", 4094]' })
    .default([]),
  ports: integer(1, 1024, 'the number of ports').optional(),
  driver: matching(
    /^[a-z0-9][a-z0-9-]{0,31}$/,
    'the name of a driver, as `pirack switch drivers` lists them',
  ).optional(),
  ssh: ssh.optional(),
  isolation: z.enum(['managed', 'checked', 'manual']).meta({ expected: 'managed, checked or manual' }).optional(),
  budget_by: z.enum(['measured', 'allocated']).meta({ expected: 'measured or allocated' }).optional(),
  port_map: z
    .record(
      matching(/^[!-~]{1,64}$/, 'the name of a port'),
      matching(/^\d{1,10}(\.\d{1,10})?$/, 'the index of its PoE row, such as "1.7"'),
    )
    .meta({ expected: 'PoE rows by port, such as {gi1: "1.49", gi2: "1.50"}' })
    .default({}),
});

const slots = z.strictObject({
  slots: range({ min: 1, max: MAX_SLOT }, 'slot numbers'),
  switch: plainName,
  ports,
  image: imageReference.optional(),
  vlans: range({ min: 1, max: 4094 }, 'VLAN ids').optional(),
  netboot: z.enum(['ipv4', 'ipv6']).meta({ expected: 'ipv4 or ipv6' }).default('ipv4'),
  simulate: z
    .enum(['3B', '3B+', '4B', 'qemu', 'none'])
    .meta({ expected: 'the board to simulate: 3B, 3B+, 4B, qemu or none' })
    .optional(),
});

const ipv6 = z
  .strictObject({
    gateway: z.enum(['pirack', 'external']).meta({ expected: 'pirack or external' }).default('pirack'),
    autonomous: z.boolean().meta({ expected: 'true or false' }).default(false),
    dns: z
      .array(ipv6Address)
      .max(8)
      .meta({ expected: 'a list of at most 8 IPv6 addresses, such as ["2001:db8::53"]' })
      .default([]),
    nat64: prefix(6, { min: 32, max: 96 }, NAT64_KINDS).optional(),
    mtu: integer(1280, 9000, 'an MTU').optional(),
  })
  .meta({ expected: '{gateway: pirack, autonomous: false, dns: ["2001:db8::53"], nat64: 64:ff9b::/96}' });

const trim = z
  .strictObject({
    firmware: z.enum(['auto', 'full']).meta({ expected: 'auto or full' }).default('auto'),
    initramfs: z.enum(['keep', 'none']).meta({ expected: 'keep or none' }).default('keep'),
    kernel: z.enum(['keep', 'compress']).meta({ expected: 'keep or compress' }).default('keep'),
  })
  .meta({ expected: '{firmware: auto, initramfs: keep, kernel: keep}' });

/** Of an image that the list does not have. */
export const DEFAULT_TRIM = trim.parse({});

const nfsVersion = z
  .literal([3, 4.1, '3', '4.1'])
  .transform((version) => String(version) as '3' | '4.1')
  .meta({ expected: '3 or 4.1' });

const image = z.strictObject({ name: plainName, directory, trim: trim.prefault({}), nfs: nfsVersion.optional() });

/** A DISCOVER every five seconds, and half a second between two frames: more never helps (research: pi-boot §1.5). */
const MOST_NUDGES = 10;

const timings = z
  .strictObject({
    discover: positiveDuration.optional(),
    first_request: positiveDuration.optional(),
    transfer_idle: positiveDuration.optional(),
    root_mount: positiveDuration.optional(),
    ssh: positiveDuration.optional(),
    offer_delay: duration.optional(),
    nudges: z
      .array(positiveDuration)
      .max(MOST_NUDGES)
      .meta({ expected: 'a list of times after a DISCOVER, such as [600 ms, 1200 ms]' })
      .optional(),
  })
  .meta({ expected: 'stage limits, such as {discover: 60 s}' });

const pemFile = directory.meta({ expected: 'a file: absolute, relative to the rack file, or state:…' });

const api = z
  .strictObject({
    listen: listenAddress.prefault('127.0.0.1:8080'),
    public_url: publicUrl.optional(),
    location: matching(/^[A-Za-z0-9-]{1,16}$/, 'a short code of the site, such as LDN').optional(),
    tls: z
      .strictObject({ cert: pemFile, key: pemFile })
      .meta({ expected: '{cert: /etc/pirack/tls/cert.pem, key: /etc/pirack/tls/key.pem}' })
      .optional(),
    trusted_proxies: z
      .array(proxyAddress)
      .meta({ expected: 'a list of addresses and prefixes, such as ["127.0.0.1", "2001:db8:1::/64"]' })
      .default([]),
    user: matching(/^[a-z_][a-z0-9_-]{0,31}$/, 'a user of this machine, such as pirack-api').optional(),
    webhooks: z
      .strictObject({
        http: z.boolean().meta({ expected: 'true or false' }).default(false),
        allow: z
          .array(proxyAddress)
          .meta({ expected: 'a list of addresses and prefixes that are not public, such as ["10.20.0.0/16"]' })
          .default([]),
        ca: pemFile.optional(),
      })
      .meta({ expected: '{http: false, allow: ["10.20.0.0/16"], ca: /etc/pirack/tls/ca.pem}' })
      .prefault({}),
  })
  .meta({ expected: '{listen: "127.0.0.1:8080", public_url: "https://api.example.net", user: pirack-api}' });

export const rackFileSchema = z.strictObject({
  rack: rackName,
  kind: z.enum(['real', 'virtual']).meta({ expected: 'real or virtual' }),
  zone: zoneName,
  trunk: trunk.prefault({}),
  addresses,
  ssh_port_base: integer(1023, 65534, 'a TCP port').default(5000),
  switches: z.array(networkSwitch).meta({ expected: 'a list of switches' }),
  slots: z.array(slots).meta({ expected: 'a list of slots' }),
  images: z.array(image).meta({ expected: 'a list of images' }).default([]),
  default_image: imageReference.optional(),
  roots: z
    .strictObject({
      directory: directory.default('state:roots'),
      backend: z
        .enum(['auto', 'btrfs', 'overlay', 'reflink', 'copy'])
        .meta({ expected: 'auto, btrfs, overlay, reflink or copy' })
        .default('auto'),
      keep_old: duration.default(hours(24)),
      // As much as the smallest server of a customer has: one board may not fill the disk of all.
      disk_size: diskSize.default(bytes(10e9)),
    })
    .meta({ expected: '{directory: state:roots, backend: auto, keep_old: 24 h, disk_size: 10 GB}' })
    .prefault({}),
  storage: z
    .strictObject({
      reserve: integer(0, 50, 'per cent of the disk').default(3),
      low_at: integer(0, 90, 'per cent of the disk').default(10),
      full_in_days: integer(0, 365, 'a number of days').default(7),
      root_filling_at: integer(1, 100, 'per cent of a board’s disk').default(80),
      root_full_at: integer(1, 100, 'per cent of a board’s disk').default(95),
      database: size.default(bytes(2e9)),
      verify_days: integer(0, 365, 'a number of days, 0 for never,').default(7),
    })
    .meta({ expected: '{reserve: 3, low_at: 10, full_in_days: 7, root_filling_at: 80, root_full_at: 95}' })
    .prefault({}),
  nfs: z
    .strictObject({
      server: z.enum(['auto', 'ganesha', 'kernel']).meta({ expected: 'auto, ganesha or kernel' }).default('auto'),
      version: nfsVersion.default('3'),
      other_versions: z.enum(['served', 'refused']).meta({ expected: 'served or refused' }).default('served'),
    })
    .meta({ expected: '{server: auto, version: 3, other_versions: served}' })
    .prefault({}),
  power: z
    .strictObject({
      hold: positiveDuration.default(seconds(5)),
      // All of a switch: how many are in their TFTP stage at once, the one that must not wait, is bounded by the rate of
      // starts below (24 of 36 at most); a smaller number only keeps boards dark that could boot. docs/switches.md.
      concurrent_boots: integer(1, 1024, 'a number of boards').default(48),
      poll: positiveDuration.default(millis(10_000)),
      headroom: integer(0, 90, 'per cent of the budget').default(15),
      // As many inrush currents, and classifications, as a supply may see at once; 36 boards are on after 16 s, or 27 s
      // where the switch needs 3 s to detect each.
      start_burst: integer(1, 1024, 'a number of boards').default(4),
      start_every: positiveDuration.default(millis(500)),
    })
    .meta({ expected: '{hold: 5 s, concurrent_boots: 48, poll: 10 s, headroom: 15}' })
    .prefault({}),
  backups: backups.optional(),
  ipv6: ipv6.prefault({}),
  api: api.optional(),
  dhcp: z
    .strictObject({
      // Below 10 s clients of some makes never come to rest; above a day a lease says nothing of a board any more.
      lease: durationBetween(seconds(10), seconds(86_400), 'a duration from 10 s to 24 h, such as 12 h').default(
        seconds(12 * 3600),
      ),
    })
    .meta({ expected: '{lease: 12 h}' })
    .prefault({}),
  timings: z
    .strictObject({
      '3B': timings.optional(),
      '3B+': timings.optional(),
      '4B': timings.optional(),
      default: timings.optional(),
    })
    .meta({ expected: 'stage limits per model (3B, 3B+, 4B, default)' })
    .prefault({}),
});

export type RackFile = z.output<typeof rackFileSchema>;
