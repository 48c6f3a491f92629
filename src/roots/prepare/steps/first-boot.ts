import { type Edit, hasUnit, maskUnits, type Step } from '../step.ts';

/** They ask a person at the console, or read a boot partition that is not there. */
const UNITS = ['userconfig.service', 'piwiz.service', 'rpi-set-sysconf.service', 'apply_noobs_os_config.service'];
/** `Please set up a user first`, shown by sshd until the dialogue at the console was answered. */
const BANNER = 'etc/ssh/sshd_config.d/rename_user.conf';

export const firstBoot: Step = {
  name: 'first-boot',
  title: 'nothing waits for a keyboard at the first boot, and the SSH server is started',
  plan({ root }) {
    const edits = maskUnits(root, UNITS);
    if (root.isFile(BANNER)) edits.push({ kind: 'remove', path: BANNER });
    return {
      edits: [...edits, ...cloudInit(root), ...ssh(root)],
      notes: hasUnit(root, 'ssh.service') ? [] : ['there is no SSH server in the image'],
    };
  },
};

function cloudInit(root: Parameters<Step['plan']>[0]['root']): Edit[] {
  if (!root.isDirectory('etc/cloud/cloud.cfg.d')) return [];
  // What a tenant gives at reimaging is put below /var/lib/cloud/seed; no other place is asked, and none is waited for.
  const text = 'datasource_list: [NoCloud, None]\n';
  return [{ kind: 'write', path: 'etc/cloud/cloud.cfg.d/99-pirack-source.cfg', text }];
}

/** Raspberry Pi OS has it off until a file `ssh` is on the card. */
function ssh(root: Parameters<Step['plan']>[0]['root']): Edit[] {
  const directory = ['usr/lib/systemd/system', 'lib/systemd/system'].find((path) => root.isFile(`${path}/ssh.service`));
  const wanted = 'etc/systemd/system/multi-user.target.wants/ssh.service';
  // Ubuntu starts it when somebody connects.
  if (directory === undefined || root.has(wanted) || root.has('etc/systemd/system/sockets.target.wants/ssh.socket'))
    return [];
  return [{ kind: 'link', path: wanted, target: `/${directory}/ssh.service` }];
}
