import type { Edit, Step } from '../step.ts';

const SCRIPT = `#!/bin/sh
# The public side of this board: pirack.ipv6=ADDRESS/LENGTH,ROUTER on the kernel's command line.
for word in $(cat /proc/cmdline); do
  case $word in
    pirack.ipv6=*) value=\${word#pirack.ipv6=} ;;
  esac
done
[ -n "$value" ] || exit 0
address=\${value%%,*}
router=\${value#*,}
# The address is this port's alone: there is nobody to ask whether it is taken.
sysctl -qw net.ipv6.conf.eth0.accept_dad=0
ip -6 addr replace "$address" dev eth0
[ "$router" = "$value" ] || ip -6 route replace default via "$router" dev eth0
`;

const UNIT = `[Unit]
Description=Public IPv6 address from the kernel's command line
DefaultDependencies=no
After=systemd-sysctl.service
Before=network.target ssh.service
ConditionKernelCommandLine=pirack.ipv6

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/lib/pirack/public-address

[Install]
WantedBy=sysinit.target
`;

export const publicAddress: Step = {
  name: 'public-address',
  title: 'the board takes its public IPv6 address from the command line, since no network manager looks after eth0',
  plan: () => ({ edits: service('public-address', SCRIPT, UNIT, 'sysinit.target') }),
};

/** A script, the unit that starts it, and the link that starts the unit. */
export function service(name: string, script: string, unit: string, target: string): Edit[] {
  const file = `pirack-${name}.service`;
  return [
    { kind: 'write', path: `usr/local/lib/pirack/${name}`, text: script, mode: 0o755 },
    { kind: 'write', path: `etc/systemd/system/${file}`, text: unit, mode: 0o644 },
    { kind: 'link', path: `etc/systemd/system/${target}.wants/${file}`, target: `/etc/systemd/system/${file}` },
  ];
}
