/** Asks a board over SSH to restart. The board is its tenant's: whatever answers may be anything, and gets no time to waste. */
import type { Clock } from '../../rack/clock.ts';
import { type Millis, seconds } from '../../rack/units.ts';
import type { AlgorithmLists } from '../../switches/ssh/algorithms.ts';
import { SshAuthRefused, SshFlooded, SshHostKeyMismatch, SshLost, SshTimeout } from '../../switches/ssh/errors.ts';
import { exec } from '../../switches/ssh/exec.ts';
import { type Link, openLink } from '../../switches/ssh/link.ts';
import type { ParsedKey } from '../../switches/ssh/ssh2.ts';
import type { Ipv4, Ipv6 } from '../../wire/address.ts';
import { printable } from '../../wire/printable.ts';

export interface BoardSsh {
  readonly address: Ipv4 | Ipv6;
  /** Fingerprint of the host key that its root was made with. */
  readonly hostKey: string;
  readonly key: ParsedKey;
  readonly clock: Clock;
  readonly limits?: Partial<AskLimits>;
  readonly port?: number;
}

export interface AskLimits {
  /** From the first packet to being logged in, and again from the command to its end. */
  readonly connect: Millis;
  readonly command: Millis;
  /** Most bytes that are read of the whole connection: a handshake has some 3 kB. */
  readonly bytes: number;
}

export const ASK_LIMITS: AskLimits = Object.freeze({ connect: seconds(10), command: seconds(10), bytes: 64 * 1024 });

export type Asked =
  | {
      readonly taken: true;
      /** Resolves when the connection has ended, which a restart does to it. */
      readonly dropped: Promise<void>;
      /** Ends what is left of the connection. */
      readonly end: () => void;
    }
  /** Not, as far as can be told from here. */
  | { readonly taken: false; readonly code: string; readonly why: string };

/**
 * Curve25519 and Ed25519 alone: a server may choose among what is offered, and with a group of 8,192 bits of its own it
 * would have this process compute for seconds while boards wait for their DHCP.
 */
const ALGORITHMS: AlgorithmLists = Object.freeze({
  kex: ['curve25519-sha256', 'curve25519-sha256@libssh.org'],
  serverHostKey: ['ssh-ed25519'],
  cipher: ['aes128-gcm@openssh.com', 'aes128-ctr', 'aes256-gcm@openssh.com', 'aes256-ctr'],
  hmac: ['hmac-sha2-256', 'hmac-sha2-256-etm@openssh.com'],
  compress: ['none'],
});

/** Whatever is asked for, the board's authorized_keys has it run its reboot command. */
const COMMAND = 'reboot';

/** Never throws for what a board does. */
export async function askBoard({ address, hostKey, key, clock, limits, port = 22 }: BoardSsh): Promise<Asked> {
  const { connect, command, bytes } = { ...ASK_LIMITS, ...limits };
  const target = `the board (${address})`;
  const plan = { user: 'root', port, password: undefined, key: undefined, hostKey, legacy: [] };
  let link: Link | undefined;
  try {
    link = await openLink({
      target,
      address,
      plan,
      credential: { key },
      clock,
      limits: { connect, keepalive: seconds(5), keepaliveMisses: 3, connectionBytes: bytes },
      algorithms: ALGORITHMS,
    });
    const { code, stdout, stderr } = await exec(link, COMMAND, 'a reboot', { deadline: command, bytes }, clock, target);
    if (code === undefined || code === 0) return taken(link);
    link.destroy();
    const said = printable(`${stderr} ${stdout}`.replaceAll(/\s+/g, ' ').trim(), 200);
    return { taken: false, code: 'command_failed', why: `its reboot command ended with ${code}: ${said}` };
  } catch (cause) {
    // Cut in the middle of the command: as a board does that goes down. Whether it does is seen by who waits for it.
    const cut = cause instanceof SshLost || cause instanceof SshTimeout;
    if (link !== undefined && cut && !(link.cause instanceof SshFlooded)) return taken(link);
    link?.destroy();
    return { taken: false, ...reasonOf(link?.cause ?? (cause as Error), hostKey) };
  }
}

function taken(link: Link): Asked {
  return { taken: true, dropped: new Promise((resolve) => link.onEnd(resolve)), end: () => link.destroy() };
}

function reasonOf(cause: Error, hostKey: string): { readonly code: string; readonly why: string } {
  if (cause instanceof SshHostKeyMismatch)
    return { code: 'host_key', why: `it shows the host key ${cause.seen}, and its root was made with ${hostKey}` };
  if (cause instanceof SshAuthRefused)
    return { code: 'key_refused', why: 'it does not take the controller’s key, which its tenant may remove' };
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code.replaceAll('-', '_') : 'failed';
  return { code, why: cause.message };
}
