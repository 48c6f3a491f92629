import { type Edit, hasUnit, maskUnits, type Step } from '../step.ts';

/** Waits for an interface that nobody manages, for two minutes at each boot. */
const WAITERS = [
  'NetworkManager-wait-online.service',
  'systemd-networkd-wait-online.service',
  'ifupdown-wait-online.service',
];

export const network: Step = {
  name: 'network',
  title: 'the interface of the root is left alone: a network manager that takes its address away stops the board',
  plan({ root }) {
    const edits: Edit[] = [];
    if (hasUnit(root, 'NetworkManager.service')) {
      edits.push({
        kind: 'write',
        path: 'etc/NetworkManager/conf.d/10-pirack.conf',
        text: '[keyfile]\nunmanaged-devices=interface-name:eth0\n',
      });
    }
    if (hasUnit(root, 'systemd-networkd.service')) {
      // Before any other file of /etc and /run: the first that matches wins, netplan's among them.
      const text = '[Match]\nName=eth0\n\n[Link]\nUnmanaged=yes\n';
      edits.push({ kind: 'write', path: 'etc/systemd/network/01-pirack.network', text });
    }
    const dhcpcd = root.text('etc/dhcpcd.conf');
    if (dhcpcd !== undefined) {
      // A line that applies to all interfaces must come before the first block for one.
      edits.push({ kind: 'write', path: 'etc/dhcpcd.conf', text: `denyinterfaces eth0\n${dhcpcd}` });
    }
    if (root.isDirectory('etc/cloud/cloud.cfg.d'))
      edits.push({
        kind: 'write',
        path: 'etc/cloud/cloud.cfg.d/99-pirack-network.cfg',
        text: 'network: {config: disabled}\n',
      });
    return { edits: [...edits, ...interfaces(root), ...maskUnits(root, WAITERS)] };
  },
};

/** ifupdown: what brings eth0 up by DHCP becomes `manual`. */
function interfaces(root: Parameters<Step['plan']>[0]['root']): Edit[] {
  const files = [
    'etc/network/interfaces',
    ...root.list('etc/network/interfaces.d').map((name) => `etc/network/interfaces.d/${name}`),
  ];
  return files.flatMap((path): Edit[] => {
    const text = root.text(path);
    const changed = text?.replaceAll(
      /^([ \t]*iface[ \t]+eth0[ \t]+inet6?[ \t]+)(dhcp|auto|static)[ \t]*$/gm,
      '$1manual',
    );
    return text === undefined || changed === undefined || changed === text
      ? []
      : [{ kind: 'write', path, text: changed }];
  });
}
