import { connect } from 'node:net';
import type { Clock } from '../rack/clock.ts';
import type { Millis } from '../rack/units.ts';
import type { Ipv4, Ipv6 } from '../wire/address.ts';
import { printable } from '../wire/printable.ts';

export type SshProbe =
  | { readonly up: true; readonly banner: string }
  /** `taken`: something took the connection, and did not say what an SSH server says. */
  | { readonly up: false; readonly reason: string; readonly taken: boolean };

const SSH_PORT = 22;
/** RFC 4253 §4.2, without the line end. */
const LONGEST_BANNER = 253;
/** RFC 4253 §4.2: lines before the version string are allowed, and a line is at most 255 bytes. */
const MOST_BYTES = 4096;

/**
 * Connects to port 22 and reads the SSH identification line (RFC 4253 §4.2): proof that the board's network, its root
 * and its service manager work, without logging in. Never throws.
 */
export function probeSsh(address: Ipv4 | Ipv6, limit: Millis, clock: Clock, port = SSH_PORT): Promise<SshProbe> {
  return new Promise((resolve) => {
    let text = '';
    let taken = false;
    const socket = connect({ host: address, port });
    const finish = (result: SshProbe) => {
      timer.cancel();
      socket.destroy();
      resolve(result);
    };
    const fail = (reason: string) => finish({ up: false, reason, taken });
    const timer = clock.after(limit, () => fail(`no SSH banner from ${address} within ${limit} ms`));
    socket.on('connect', () => {
      taken = true;
    });
    socket.on('error', (cause) => fail(cause.message));
    socket.on('close', () => fail(`${address} closed the connection before its SSH banner`));
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      const banner = text.split('\n').find((line) => line.startsWith('SSH-'));
      if (banner !== undefined && text.includes('\n', text.indexOf(banner)))
        finish({ up: true, banner: printable(banner.trim(), LONGEST_BANNER) });
      else if (text.length > MOST_BYTES) fail(`${address} sent ${text.length} bytes and no SSH banner`);
    });
  });
}
