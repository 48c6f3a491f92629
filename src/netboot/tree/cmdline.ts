/**
 * The kernel command line of one board, for cmdline.txt and u-boot. The words that pirack writes, and who reads them:
 *
 * | word | meaning | read by |
 * |---|---|---|
 * | `console=` | where the kernel prints | kernel |
 * | `root=/dev/nfs` | the root is on NFS | kernel or initramfs |
 * | `nfsroot=<server>:<path>,<options>` | the export of this slot, by its leg's address | kernel or initramfs |
 * | `rw` | mount it writable | kernel or initramfs |
 * | `ip=::::<host>:eth0:dhcp` | IPv4 by DHCP on eth0, and the host's name | kernel or initramfs |
 * | `rootwait`, `panic=10` | wait for the root; reboot 10 s after a panic | kernel |
 * | `net.ifnames=0` | eth0 keeps its name in user space | udev |
 * | `pirack.ipv6=<board>/64,<controller>` | public address, and the default gateway | image, virtual board |
 * | `pirack.slot=<n>` | the slot's number | image, virtual board |
 */
import type { NfsPlan, SlotPlan } from '../../rack/plan.ts';
import { asciiFile, checked, RenderError } from './ascii.ts';

export interface CmdlineInput {
  readonly slot: Pick<SlotPlan, 'slot' | 'hostName' | 'ipv4' | 'ipv6' | 'simulate'>;
  readonly nfs: Pick<NfsPlan, 'version'>;
  /** The path under which the board mounts its root: a directory for NFSv3, the pseudo path for NFSv4. */
  readonly rootPath: string;
  /** Words of the image's own; they may not set a word of the table above except `console=`. */
  readonly extra?: string;
}

const FILE = 'cmdline.txt';
const HOST_NAME = /^(?=.{1,63}$)[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/;
/** No comma, colon, space or percent sign: nfsroot= gives each of them a meaning. */
const ROOT_PATH = /^(?!.*\/\.\.?(?:\/|$))\/[A-Za-z0-9._+@=/-]{0,254}$/;
/** u-boot expands `$`, backquote and backslash; `#` begins a comment in some of its parsers. */
const EXTRA = /^[\x20-\x7e]*$/;
const EXPANDED = /[$`\\#]/;
const OURS = /^(root|nfsroot|rootfstype|ip|pirack\.[^=]*)(=|$)/;
/** arm64 takes 2048 bytes, and the firmware puts about 300 of its own in front. */
const MAX_LENGTH = 1024;

/**
 * The command line, without a newline. Throws a RenderError for a host name, path or word that would not reach the
 * kernel as it is.
 */
export function renderCmdline({ slot, nfs, rootPath, extra = '' }: CmdlineInput): string {
  const host = checked(FILE, 'host name', slot.hostName, HOST_NAME, 'letters, digits, dots and hyphens');
  const path = checked(FILE, 'root path', rootPath, ROOT_PATH, 'an absolute path of plain characters');
  const line = [
    // The last console is /dev/console. A guest of qemu's virt machine has a PL011, and no screen.
    `console=${slot.simulate === 'qemu' ? 'ttyAMA0' : 'tty1'}`,
    'root=/dev/nfs',
    `nfsroot=${slot.ipv4.controller}:${path},${nfsOptions(nfs.version)}`,
    'rw',
    `ip=::::${host}:eth0:dhcp`,
    'rootwait',
    'panic=10',
    'net.ifnames=0',
    `pirack.ipv6=${slot.ipv6.board}/64,${slot.ipv6.controller}`,
    `pirack.slot=${slot.slot}`,
    ...extraWords(extra),
  ].join(' ');
  return oneLine(line);
}

/** cmdline.txt: the command line and one newline. */
export function renderCmdlineTxt(input: CmdlineInput): string {
  return asciiFile(FILE, [renderCmdline(input)]);
}

/**
 * Mount options. `tcp`, not `proto=tcp`: the kernel and mount.nfs read both alike, but nfsmount of klibc, which Debian's
 * initramfs mounts with, gives up at `proto=`. It also knows no NFSv4, so 4.1 needs an initramfs that mounts with more.
 */
function nfsOptions(version: NfsPlan['version']): string {
  const transfer = 'tcp,hard,rsize=65536,wsize=65536';
  // NFSv3 locks by another protocol, with a daemon on either side that a root file system cannot have running yet. Access
  // lists have one too: nfs-ganesha answers it with an I/O error, where systemd takes every list off what is to be a
  // service's own (StateDirectory=) and goes on only when there can be none.
  return version === '3' ? `vers=3,nolock,noacl,${transfer}` : `vers=4.1,${transfer}`;
}

function extraWords(extra: string): string[] {
  checked(FILE, 'words of the image', extra, EXTRA, 'printable ASCII on one line');
  const words = extra.split(' ').filter((word) => word !== '');
  for (const word of words) {
    if (OURS.test(word))
      throw new RenderError(FILE, 'words of the image', `${JSON.stringify(word)} is pirack's to set`);
    if (EXPANDED.test(word)) {
      throw new RenderError(FILE, 'words of the image', `${JSON.stringify(word)} has a character that u-boot expands`);
    }
  }
  return words;
}

/** Checks the line as a whole, whatever its parts were made of: the firmware reads one line, and cuts it silently. */
function oneLine(line: string): string {
  checked(FILE, 'command line', line, /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/, 'words of printable ASCII on one line');
  if (line.length > MAX_LENGTH) {
    throw new RenderError(FILE, 'command line', `expected at most ${MAX_LENGTH} characters, got ${line.length}`);
  }
  return line;
}
