import type { Step } from '../step.ts';
import { service } from './public-address.ts';

/** Nothing leaves the board but this file, and the file is on its own root. Whoever owns the board may take it away. */
const SCRIPT = `#!/bin/sh
# Writes how this board is doing to a file of its own root, once. Not wanted? systemctl disable --now pirack-health.timer
file=/var/lib/pirack/health
mkdir -p /var/lib/pirack
read -r up _ </proc/uptime
read -r load _ </proc/loadavg
read -r heat </sys/class/thermal/thermal_zone0/temp
throttled=$(vcgencmd get_throttled 2>/dev/null)
free=$(sed -n 's/^MemAvailable: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo)
cat >"$file.new" <<END
time=$(date +%s)
uptime=$up
load=$load
millicelsius=\${heat:-unknown}
throttled=\${throttled#throttled=}
available_kb=$free
END
mv "$file.new" "$file"
`;

const UNIT = `[Unit]
Description=How this board is doing, written to /var/lib/pirack/health

[Service]
Type=oneshot
Nice=10
ExecStart=/usr/local/lib/pirack/health
`;

const TIMER = `[Unit]
Description=How this board is doing, every minute

[Timer]
OnBootSec=30s
OnUnitActiveSec=60s
RandomizedDelaySec=10s

[Install]
WantedBy=timers.target
`;

export const health: Step = {
  name: 'health',
  title:
    'the board writes temperature, throttling, load and memory to a file of its root each minute; the tenant may remove it',
  plan() {
    const [script, unit] = service('health', SCRIPT, UNIT, 'timers.target');
    const file = 'etc/systemd/system/pirack-health.timer';
    return {
      edits: [
        ...(script && unit ? [script, unit] : []),
        { kind: 'write', path: file, text: TIMER, mode: 0o644 },
        { kind: 'link', path: 'etc/systemd/system/timers.target.wants/pirack-health.timer', target: `/${file}` },
      ],
    };
  },
};
