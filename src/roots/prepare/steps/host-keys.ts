import { hasUnit, maskUnits, type Step } from '../step.ts';
import { service } from './public-address.ts';

const SCRIPT = `#!/bin/sh
# A root that was cloned has no SSH host keys of its image: new ones are made where they are missing.
ssh-keygen -A
`;

const UNIT = `[Unit]
Description=SSH host keys of a fresh root
Before=ssh.service ssh.socket
ConditionPathExistsGlob=!/etc/ssh/ssh_host_*_key

[Service]
Type=oneshot
ExecStart=/usr/local/lib/pirack/host-keys

[Install]
WantedBy=multi-user.target
`;

/** They throw away what is there, also keys that were made for this board before it booted. */
const UNITS = ['regenerate_ssh_host_keys.service', 'rpi-generate-ssh-host-keys.service'];

export const hostKeys: Step = {
  name: 'host-keys',
  title: 'SSH host keys are made at the first boot where none are there, for every board its own',
  plan: ({ root }) => ({
    edits: hasUnit(root, 'ssh.service')
      ? [...maskUnits(root, UNITS), ...service('host-keys', SCRIPT, UNIT, 'multi-user.target')]
      : [],
  }),
};
