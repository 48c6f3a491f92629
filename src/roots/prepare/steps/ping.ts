import type { Step } from '../step.ts';

export const ping: Step = {
  name: 'ping',
  title: 'ping works without the file capability that NFS drops',
  plan: () => ({
    edits: [
      { kind: 'write', path: 'etc/sysctl.d/60-pirack-ping.conf', text: 'net.ipv4.ping_group_range = 0 2147483647\n' },
    ],
  }),
};
