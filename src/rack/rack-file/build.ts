/** A rack file without problems, worked out to the plan. */
import { dirname, join, resolve } from 'node:path';
import { STAGE_LIMITS } from '../../pi/timings.ts';
import type {
  ApiPlan,
  BootTimings,
  ImagePlan,
  Ipv6Plan,
  Plan,
  SecretRef,
  SlotPlan,
  SnmpPlan,
  SshPlan,
  SwitchPlan,
  TimingModel,
} from '../plan.ts';
import { ipv4At, ipv6At, subnet } from '../prefix.ts';
import { slotNumber, vlanId } from '../units.ts';
import { backupsPlan } from './backups-plan.ts';
import { DEFAULT_TRIM, type RackFile } from './schema.ts';

export interface Directories {
  /** Path of the rack file: relative paths in it start at its folder. */
  readonly path: string;
  /** What `cache:` stands for. */
  readonly cacheDirectory: string;
  /** What `state:` stands for: given the rack's name, or the same for every rack. */
  readonly stateDirectory: string | ((rack: string) => string);
  /** Directories of the imported images, by `NAME:VERSION` and, for the last version, by `NAME`. */
  readonly storedImages?: ReadonlyMap<string, string>;
  /** The imported image that boards get where the rack file names none at all. */
  readonly defaultImage?: string | undefined;
}

export function buildPlan(read: RackFile, directories: Directories): Plan {
  const { defaultImage = '', storedImages } = directories;
  const file = namesNoImage(read) && storedImages?.has(defaultImage) ? { ...read, default_image: defaultImage } : read;
  const at = resolver(file.rack, directories);
  return deepFreeze<Plan>({
    rack: file.rack,
    kind: file.kind,
    trunk: file.kind === 'real' ? file.trunk.interface : undefined,
    zone: file.zone,
    slots: slotPlans(file),
    switches: file.switches.map((item): SwitchPlan => switchPlan(item, file.kind, at)),
    images: imagePlans(file, at, directories.storedImages),
    roots: {
      directory: at(file.roots.directory),
      backend: file.roots.backend,
      keepOld: file.roots.keep_old,
      diskSize: file.roots.disk_size === 'none' ? undefined : file.roots.disk_size,
    },
    backups: file.backups && backupsPlan(file, file.backups, at, resolve(directories.path)),
    storage: {
      reserve: file.storage.reserve,
      lowAt: file.storage.low_at,
      fullInDays: file.storage.full_in_days,
      rootFillingAt: file.storage.root_filling_at,
      rootFullAt: file.storage.root_full_at,
      database: file.storage.database,
      verifyDays: file.storage.verify_days,
    },
    nfs: { server: file.nfs.server, version: file.nfs.version, otherVersions: file.nfs.other_versions },
    power: {
      hold: file.power.hold,
      concurrentBoots: file.power.concurrent_boots,
      poll: file.power.poll,
      headroom: file.power.headroom,
      startBurst: file.power.start_burst,
      startEvery: file.power.start_every,
    },
    ipv6: ipv6Plan(file.ipv6),
    api: file.api && apiPlan(file.api, file.rack, at),
    dhcp: file.dhcp,
    timings: timings(file),
  });
}

/** One that does say for some slots what they boot means the others to boot nothing. */
const namesNoImage = ({ images, default_image, slots }: RackFile): boolean =>
  images.length === 0 && default_image === undefined && slots.every(({ image }) => image === undefined);

function apiPlan(api: NonNullable<RackFile['api']>, rack: string, at: (text: string) => string): ApiPlan {
  return {
    listen: api.listen,
    publicUrl: api.public_url,
    location: api.location ?? rack.slice(0, 16),
    tls: api.tls && { cert: at(api.tls.cert), key: at(api.tls.key) },
    trustedProxies: api.trusted_proxies,
    user: api.user,
    webhooks: { http: api.webhooks.http, allowed: api.webhooks.allow, ca: api.webhooks.ca && at(api.webhooks.ca) },
  };
}

/** The images of the list, and the imported ones that slots name without it. */
function imagePlans(
  file: RackFile,
  at: (path: string) => string,
  stored: Directories['storedImages'],
): readonly ImagePlan[] {
  const listed = file.images.map(({ name, directory, trim, nfs }) => ({
    name,
    directory: at(directory),
    trim,
    ...(nfs && { nfs }),
  }));
  const named = new Set([...file.slots.map(({ image }) => image), file.default_image]);
  const imported = [...named].flatMap((name) => {
    const directory = name === undefined ? undefined : stored?.get(name);
    if (name === undefined || directory === undefined || listed.some((image) => image.name === name)) return [];
    return [{ name, directory, trim: DEFAULT_TRIM }];
  });
  return [...listed, ...imported];
}

/** Makes a path of the rack file absolute. */
function resolver(rack: string, { path, cacheDirectory, stateDirectory }: Directories): (text: string) => string {
  const state = typeof stateDirectory === 'string' ? stateDirectory : stateDirectory(rack);
  return (text) => {
    if (text.startsWith('cache:')) return join(resolve(cacheDirectory), text.slice('cache:'.length));
    if (text.startsWith('state:')) return join(resolve(state), text.slice('state:'.length));
    return resolve(dirname(path), text);
  };
}

/** Addresses go by slot number alone, so that further slots never renumber a board. */
function slotPlans(file: RackFile): SlotPlan[] {
  const plans = file.slots.flatMap((entry) =>
    entry.slots.map((slot, i) => {
      const vlan = entry.vlans?.[i] ?? file.trunk.vlan_base + slot;
      const private4 = subnet(file.addresses.ipv4, 30, slot - 1);
      const public6 = subnet(file.addresses.ipv6, 64, slot);
      const { routed } = file.addresses;
      const image = entry.image ?? file.default_image;
      return {
        slot: slotNumber(slot),
        switch: entry.switch,
        port: entry.ports[i] as string,
        vlan: vlanId(vlan),
        leg: `vlan${vlan}`,
        ipv4: { network: private4.text, controller: ipv4At(private4, 1), board: ipv4At(private4, 2) },
        ipv6: { network: public6.text, controller: ipv6At(public6, 1), board: ipv6At(public6, 2) },
        routed: routed ? subnet(routed.prefix, routed.length, slot).text : undefined,
        sshPort: file.ssh_port_base + slot,
        hostName: `${file.rack.toLowerCase()}-s${String(slot).padStart(3, '0')}`,
        image: image === 'none' ? undefined : image,
        netboot: entry.netboot,
        simulate: entry.simulate === 'none' ? undefined : entry.simulate,
      } satisfies SlotPlan;
    }),
  );
  return plans.sort((a, b) => a.slot - b.slot);
}

function switchPlan(item: RackFile['switches'][number], kind: Plan['kind'], at: (path: string) => string): SwitchPlan {
  return {
    name: item.name,
    address: item.address,
    port: item.port,
    snmp: snmpPlan(item.snmp, at),
    uplinks: item.uplinks.flat(),
    budget: item.budget,
    reservedVlans: [...new Set(item.reserved_vlans.flat())].sort((a, b) => a - b).map(vlanId),
    driver: item.driver,
    ssh: sshPlan(item.ssh, at),
    // A switch that has a history is not rewritten unasked; a virtual one begins blank.
    isolation: item.isolation ?? (kind === 'virtual' ? 'managed' : 'checked'),
    budgetBy: item.budget_by,
    portMap: item.port_map,
  };
}

function sshPlan(ssh: RackFile['switches'][number]['ssh'], at: (path: string) => string): SshPlan | undefined {
  if (ssh === undefined) return undefined;
  const { user, port, host_key: hostKey, legacy_algorithms: legacy } = ssh;
  const secret = (ref: SecretRef | undefined) => ref && located(ref, at);
  return { user, port, hostKey, password: secret(ssh.password), key: secret(ssh.key), legacy };
}

function located(ref: SecretRef, at: (path: string) => string): SecretRef {
  return 'file' in ref ? { file: at(ref.file) } : ref;
}

function snmpPlan(snmp: RackFile['switches'][number]['snmp'], at: (path: string) => string): SnmpPlan {
  const secret = (ref: SecretRef) => located(ref, at);
  if (snmp.version === '2c') return { version: '2c', community: secret(snmp.community) };
  return {
    version: '3',
    user: snmp.user,
    auth: { protocol: snmp.auth.protocol, key: secret(snmp.auth.key) },
    priv: { protocol: snmp.priv.protocol, key: secret(snmp.priv.key) },
  };
}

function ipv6Plan({ gateway, autonomous, dns, nat64, mtu }: RackFile['ipv6']): Ipv6Plan {
  const translated = nat64 && { prefix: ipv6At(nat64, 0), length: nat64.length };
  return { gateway, autonomous, dns, nat64: translated, mtu };
}

function timings(file: RackFile): Record<TimingModel, BootTimings> {
  const of = (model: TimingModel): BootTimings => {
    const limits = STAGE_LIMITS[model] as BootTimings;
    const own = file.timings[model];
    return {
      discover: own?.discover ?? limits.discover,
      firstRequest: own?.first_request ?? limits.firstRequest,
      transferIdle: own?.transfer_idle ?? limits.transferIdle,
      rootMount: own?.root_mount ?? limits.rootMount,
      ssh: own?.ssh ?? limits.ssh,
      offerDelay: own?.offer_delay ?? limits.offerDelay,
      nudges: [...(own?.nudges ?? limits.nudges)].sort((a, b) => a - b),
    };
  };
  return { '3B': of('3B'), '3B+': of('3B+'), '4B': of('4B'), default: of('default') };
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const item of Object.values(value)) deepFreeze(item);
  return Object.freeze(value);
}
