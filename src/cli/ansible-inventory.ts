import type { SlotView, StatusView } from '../api/control/protocol.ts';

/** What a program that is an inventory prints for Ansible. With `_meta` in it, no host is asked for by itself. */
export interface AnsibleInventory {
  readonly _meta: { readonly hostvars: Readonly<Record<string, HostVariables>> };
  readonly all: { readonly children: readonly string[] };
  readonly [group: string]: unknown;
}

export interface HostVariables {
  readonly ansible_host: string;
  readonly pirack_rack: string;
  readonly pirack_slot: number;
  readonly pirack_ipv4: string;
  readonly pirack_ipv6: string;
  readonly pirack_ssh_port: number;
  readonly pirack_switch: string;
  readonly pirack_port: string;
  readonly pirack_condition: string;
  readonly pirack_image: string | null;
  readonly pirack_model: string | null;
  readonly pirack_serial: string | null;
  readonly pirack_mac: string | null;
}

/** Slots with an image: the others hold nothing to log in to. */
export function ansibleInventory({ rack, slots }: Pick<StatusView, 'rack' | 'slots'>): AnsibleInventory {
  const hosts = slots.filter((slot) => slot.image !== null);
  const groups: Record<string, string[]> = { pirack: [] };
  for (const slot of hosts) {
    for (const group of groupsOf(slot)) groups[group] = [...(groups[group] ?? []), slot.hostName];
  }
  return {
    ...Object.fromEntries(Object.entries(groups).map(([group, names]) => [group, { hosts: names }])),
    all: { children: Object.keys(groups).sort() },
    _meta: { hostvars: Object.fromEntries(hosts.map((slot) => [slot.hostName, variables(rack, slot)])) },
  };
}

function groupsOf({ board, image, switch: of, condition }: SlotView): string[] {
  const more = [`image_${image}`, `switch_${of}`, `condition_${condition}`];
  if (board.model !== undefined) more.push(`model_${board.model}`);
  return ['pirack', ...more.map(groupName)];
}

/** Names of groups are variables too: Ansible warns of anything but letters, digits and underscores. */
const groupName = (text: string) => text.replace('+', 'plus').replaceAll(/[^A-Za-z0-9_]/g, '_');

/** By IPv6, which is what the board is reached by; through a relay, `pirack_ssh_port` is its port there. */
function variables(rack: string, slot: SlotView): HostVariables {
  return {
    ansible_host: slot.ipv6,
    pirack_rack: rack,
    pirack_slot: slot.slot,
    pirack_ipv4: slot.ipv4,
    pirack_ipv6: slot.ipv6,
    pirack_ssh_port: slot.sshPort,
    pirack_switch: slot.switch,
    pirack_port: slot.port,
    pirack_condition: slot.condition,
    pirack_image: slot.image,
    pirack_model: slot.board.model ?? null,
    pirack_serial: slot.board.serial ?? null,
    pirack_mac: slot.board.mac ?? null,
  };
}
