import type { Step } from '../step.ts';

export const watchdog: Step = {
  name: 'watchdog',
  title: 'a pause of the file server does not reboot every board at once',
  plan: ({ root }) => ({
    // Raspberry Pi OS sets 16 s to 1 min in a file of /usr that sorts lower. systemd waits for NFS like everybody else.
    edits: [
      {
        kind: 'write',
        path: 'etc/systemd/system.conf.d/90-pirack.conf',
        text: '[Manager]\nRuntimeWatchdogSec=5min\nRebootWatchdogSec=10min\n',
      },
    ],
    notes: root.isFile('etc/watchdog.conf') ? ['watchdog(8) is installed; its own configuration is left as it is'] : [],
  }),
};
