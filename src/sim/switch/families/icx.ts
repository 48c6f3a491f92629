/**
 * Brocade and Ruckus ICX (FOUNDRY-SN-SWITCH-GROUP-MIB, FOUNDRY-POE-MIB): one row for each port in each VLAN. A VLAN is there
 * while it has a port; a port of no other VLAN is untagged in the default one, and one that is tagged somewhere is not.
 */
import type { BridgeConfig, BridgeVlan } from '../bridge.ts';
import { DEFAULT_VLAN, movedTo } from '../bridge.ts';
import type { ObjectGroup, SwitchParts } from '../groups.ts';
import { bridgeGroup, entityGroup, forwardingGroup, interfacesGroup, lldpGroup, systemGroup } from '../groups.ts';
import type { Change, MibPart, Refusal, Together } from '../mib.ts';
import { STATUS, TAG } from '../mib.ts';
import { among, upTo } from '../objects/checks.ts';
import { scalar } from '../objects/scalar.ts';
import { table } from '../table.ts';
import type { FamilyOptions } from './family.ts';
import { foundryPower } from './icx-power.ts';
import { saveObject } from './save-object.ts';

const SWITCH = '1.3.6.1.4.1.1991.1.1.3';
const MEMBER_ENTRY = `${SWITCH}.2.6.1`;
const CFG_ENTRY = `${SWITCH}.2.7.1`;
/** Not the RowStatus of RFC 2579. */
const [VALID, DELETE, CREATE] = [2, 3, 4];
/** snVLanByPortMemberTagMode. */
const [TAGGED, UNTAGGED] = [1, 2];

interface Member {
  readonly vlan: number;
  readonly port: number;
  readonly tagged: boolean;
}

const foundryVlans: ObjectGroup = (parts): MibPart[] => {
  const { bridge, control, ports } = parts;
  const ifIndexOf = new Map(ports.bridged.map(({ number, ifIndex }) => [number, ifIndex]));
  control.follow({
    vet: (edits) => edits,
    shape: settled,
    move: (port, vlan) => control.accept(movedTo(control.accepted, port, vlan)),
  });
  const version = () => bridge.version;
  const members = (): (readonly [string, Member])[] =>
    [...bridge.config.vlans].flatMap(([vlan, { egress, untagged }]) =>
      [...egress].map(
        (port) => [`${vlan}.${ifIndexOf.get(port)}`, { vlan, port, tagged: !untagged.has(port) }] as const,
      ),
    );
  const together: Together = {
    prepare(changes) {
      let config = control.accepted;
      for (const index of new Set(changes.map((change) => change.index))) {
        const next = editMember(
          config,
          parts,
          index,
          changes.filter((change) => change.index === index),
        );
        if ('errorStatus' in next) return next;
        config = next;
      }
      return () => control.accept(config);
    },
  };
  const vlanRows = {
    version,
    entries: () => [...bridge.config.vlans].map(([id, vlan]) => [String(id), { id, vlan }] as const),
  };
  return [
    scalar(`${SWITCH}.1.38`, TAG.Integer32, () => DEFAULT_VLAN),
    // dot1qMaxVlanId, dot1qMaxSupportedVlans
    scalar('1.3.6.1.2.1.17.7.1.1.2', TAG.Integer32, () => control.limits.maxVlanId),
    scalar('1.3.6.1.2.1.17.7.1.1.3', TAG.Gauge32, () => control.limits.maxVlans),
    table<Member>(MEMBER_ENTRY, { version, entries: members }, [
      // snVLanByPortMemberRowStatus, TagMode
      { arc: 3, tag: TAG.Integer32, check: among(DELETE, CREATE), together, read: () => VALID },
      {
        arc: 4,
        tag: TAG.Integer32,
        check: among(TAGGED, UNTAGGED),
        together,
        read: ({ tagged }) => (tagged ? TAGGED : UNTAGGED),
      },
    ]),
    table<{ readonly id: number; readonly vlan: BridgeVlan }>(CFG_ENTRY, vlanRows, [
      // snVLanByPortCfgBaseNumPorts, VLanName, RowStatus
      { arc: 8, tag: TAG.Integer32, read: ({ vlan }) => vlan.egress.size },
      {
        arc: 21,
        tag: TAG.OctetString,
        check: upTo(32),
        read: ({ vlan }) => Buffer.from(vlan.name),
        write: ({ id, vlan }, value) =>
          control.accept({
            ...control.accepted,
            vlans: new Map(control.accepted.vlans).set(id, { ...vlan, name: String(value) }),
          }),
      },
      {
        arc: 23,
        tag: TAG.Integer32,
        check: among(DELETE),
        read: () => VALID,
        write: ({ id }) => {
          const vlans = new Map(control.accepted.vlans);
          if (id !== DEFAULT_VLAN) vlans.delete(id);
          control.accept({ ...control.accepted, vlans });
        },
      },
    ]),
  ];
};

function editMember(
  { vlans, ports }: BridgeConfig,
  parts: SwitchParts,
  index: string,
  changes: readonly Change[],
): BridgeConfig | Refusal {
  const place = changes[0]!.place;
  const [vlan, ifIndex] = index.split('.').map(Number);
  const port = parts.ports.bridged.find((one) => one.ifIndex === ifIndex)?.number;
  const written = (arc: number) => changes.find(({ object }) => object.oid === `${MEMBER_ENTRY}.${arc}`)?.value;
  const { limits } = parts.control;
  if (port === undefined || vlan === undefined || vlan === DEFAULT_VLAN || vlan > limits.maxVlanId) {
    return { errorStatus: STATUS.noCreation, place };
  }
  const there = vlans.get(vlan);
  const without = (set: ReadonlySet<number>) => new Set([...set].filter((other) => other !== port));
  if (written(3) === DELETE) {
    if (!there?.egress.has(port)) return { errorStatus: STATUS.inconsistentValue, place };
    const next = { ...there, egress: without(there.egress), untagged: without(there.untagged) };
    return { vlans: new Map(vlans).set(vlan, next), ports };
  }
  if (written(3) !== CREATE) return { errorStatus: STATUS.inconsistentName, place };
  if (!there && vlans.size >= limits.maxVlans) return { errorStatus: STATUS.resourceUnavailable, place };
  const tagged = written(4) === TAGGED;
  // A port is untagged in one VLAN: it has to leave that first, but for the default one.
  const elsewhere = [...vlans].some(([id, { untagged }]) => id !== DEFAULT_VLAN && id !== vlan && untagged.has(port));
  if (!tagged && elsewhere) return { errorStatus: STATUS.inconsistentValue, place };
  const none = new Set<number>();
  const old = there ?? { name: '', egress: none, untagged: none, forbidden: none, active: true };
  const untagged = tagged ? without(old.untagged) : new Set([...old.untagged, port]);
  return {
    vlans: new Map(vlans).set(vlan, { ...old, egress: new Set([...old.egress, port]), untagged }),
    ports,
  };
}

/** What follows from who is in which VLAN: the default one, PVIDs, and which VLANs there are. */
function settled({ vlans, ports }: BridgeConfig): BridgeConfig {
  const own = [...vlans].filter(([id, { egress }]) => id !== DEFAULT_VLAN && egress.size > 0);
  const tagged = new Set(own.flatMap(([, { egress }]) => [...egress]));
  const home = new Map(own.flatMap(([id, { untagged }]) => [...untagged].map((port) => [port, id] as const)));
  const free = new Set([...ports.keys()].filter((port) => !tagged.has(port)));
  const first = vlans.get(DEFAULT_VLAN)!;
  return {
    vlans: new Map([[DEFAULT_VLAN, { ...first, egress: free, untagged: free }], ...own]),
    ports: new Map(
      [...ports].map(([port, settings]) => {
        const bare = home.has(port) || free.has(port);
        return [port, { ...settings, pvid: home.get(port) ?? DEFAULT_VLAN, frameTypes: bare ? 'all' : 'tagged-only' }];
      }),
    ),
  };
}

export function icx(): FamilyOptions {
  return {
    identity: {
      sysObjectID: '1.3.6.1.4.1.1991.1.3.57.1.1.1.1',
      sysDescr: 'Brocade Communications Systems, Inc. ICX6430-24, IronWare Version 08.0.30T311',
      model: 'ICX6430-24-HPOE',
      manufacturer: 'Brocade',
    },
    numbering: { ifName: (port: number) => `GigabitEthernet1/1/${port}` },
    vlans: { maxVlans: 64 },
    power: { budgetBy: 'allocated', actualPower: false },
    groups: [
      systemGroup,
      interfacesGroup,
      bridgeGroup,
      forwardingGroup,
      entityGroup,
      lldpGroup,
      foundryPower,
      foundryVlans,
      // snAgWriteNVRAM: normal(1), write(3)
      saveObject({ oid: '1.3.6.1.4.1.1991.1.1.2.1.3.0', value: 3, reads: 1 }),
    ],
  };
}
