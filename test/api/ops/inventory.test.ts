import { describe, expect, it } from 'vitest';
import type { SlotView } from '../../../src/api/control/protocol.ts';
import { ansibleInventory } from '../../../src/cli/ansible-inventory.ts';
import { NO_BOARD } from '../../../src/rack/slot-state.ts';

const slot = (number: number, change: Partial<SlotView> = {}): SlotView => ({
  slot: number,
  switch: 'sw-1',
  port: String(number),
  vlan: 100 + number,
  ipv4: `10.20.0.${4 * number - 2}`,
  ipv6: `2001:db8:0:${number}::2`,
  network6: `2001:db8:0:${number}::/64`,
  routed: null,
  sshPort: 5000 + number,
  hostName: `lab-s00${number}`,
  image: 'debian@1',
  simulated: null,
  condition: 'up',
  stage: null,
  progress: '',
  since: 0,
  wanted: 'on',
  cycling: false,
  power: null,
  board: { ...NO_BOARD, model: '3B+' },
  reachable6: true,
  attempts: 0,
  lastCause: null,
  maintenance: null,
  quarantine: null,
  boot: null,
  ...change,
});

describe('the inventory for Ansible', () => {
  const inventory = ansibleInventory({
    rack: 'lab',
    slots: [slot(1), slot(2, { condition: 'off', board: NO_BOARD }), slot(3, { image: null })],
  });

  it('has hosts that are reached by IPv6, with what is known of each', () => {
    expect(Object.keys(inventory._meta.hostvars)).toEqual(['lab-s001', 'lab-s002']);
    expect(inventory._meta.hostvars['lab-s001']).toMatchObject({
      ansible_host: '2001:db8:0:1::2',
      pirack_rack: 'lab',
      pirack_slot: 1,
      pirack_ssh_port: 5001,
      pirack_model: '3B+',
      pirack_serial: null,
    });
  });

  it('has groups whose names are names, each with hosts that are in it', () => {
    expect(inventory).toMatchObject({
      pirack: { hosts: ['lab-s001', 'lab-s002'] },
      model_3Bplus: { hosts: ['lab-s001'] },
      image_debian_1: { hosts: ['lab-s001', 'lab-s002'] },
      switch_sw_1: { hosts: ['lab-s001', 'lab-s002'] },
      condition_off: { hosts: ['lab-s002'] },
    });
    expect(inventory.all.children).toEqual(
      Object.keys(inventory)
        .filter((name) => !['all', '_meta'].includes(name))
        .sort(),
    );
    for (const name of inventory.all.children) expect(name).toMatch(/^[A-Za-z_]\w*$/);
  });
});
