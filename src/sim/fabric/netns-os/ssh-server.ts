/**
 * The SSH server of a virtual board, as far as it matters to who asks for a reboot: the host key and the authorized keys of
 * its root, as they are there now, and one command.
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import ssh2, { type Connection, type PublicKeyAuthContext } from 'ssh2';
import { opensshKey, readDropbearKey } from '../../../wire/ssh/ed25519-key.ts';
import { BANNER } from './ssh-banner.ts';

export interface SshHost {
  /** A file of the root; undefined where there is none. */
  read(file: string): Promise<Buffer | undefined>;
  reboot(): void;
}

const IDLE_MS = 120_000;

/** Serves a client that has the banner and has answered it. Never rejects. */
export async function serveSsh(client: Socket, first: Buffer, host: SshHost): Promise<void> {
  client.pause();
  try {
    const hostKey = await readHostKey(host);
    if (hostKey === undefined) return void client.destroy();
    const keys = ((await host.read('/root/.ssh/authorized_keys')) ?? '').toString().split('\n');
    client.setTimeout(IDLE_MS);
    const ident = BANNER.slice('SSH-2.0-'.length);
    const server = new ssh2.Server({ hostKeys: [hostKey], ident }, (connection) => serve(connection, keys, host));
    withoutBanner(client);
    server.injectSocket(client);
    client.unshift(first);
  } catch {
    client.destroy();
  }
}

async function readHostKey({ read }: SshHost): Promise<string | undefined> {
  const openssh = await read('/etc/ssh/ssh_host_ed25519_key');
  if (openssh !== undefined) return openssh.toString();
  const dropbear = await read('/etc/dropbear/dropbear_ed25519_host_key');
  const pair = dropbear && readDropbearKey(dropbear);
  return pair && opensshKey(pair, randomBytes(4));
}

/** The server begins with an identification line of its own: that one has gone out already. */
function withoutBanner(client: Socket): void {
  const write = client.write.bind(client) as (data: Uint8Array) => boolean;
  client.write = (data: Uint8Array | string) => {
    client.write = write as Socket['write'];
    if (!data.toString().startsWith('SSH-2.0-')) return write(Buffer.from(data));
    return true;
  };
}

function serve(connection: Connection, keys: readonly string[], host: SshHost): void {
  let forced: string | undefined;
  connection.on('error', () => {});
  connection.on('authentication', (context) => {
    const line = context.method === 'publickey' ? lineOf(context, keys) : undefined;
    if (context.username !== 'root' || line === undefined) return context.reject(['publickey']);
    forced = /command="([^"]*)"/.exec(line)?.[1];
    context.accept();
  });
  connection.on('session', (accept) => {
    accept().on('exec', (acceptExec, _reject, { command }) => {
      const channel = acceptExec();
      channel.on('error', () => {});
      const known = /^(\/usr)?(\/sbin\/)?reboot$/.test(forced ?? command);
      if (!known) channel.stderr.write(`sh: ${forced ?? command}: not found\n`);
      channel.exit(known ? 0 : 127);
      channel.end();
      // What was said is to be on its way before everything ends.
      if (known) setImmediate(() => host.reboot());
    });
  });
}

/** Without a signature it is a question whether the key would do. */
function lineOf({ key, signature, blob, hashAlgo }: PublicKeyAuthContext, keys: readonly string[]): string | undefined {
  const text = `${key.algo} ${key.data.toString('base64')}`;
  const line = keys.find((each) => !each.startsWith('#') && each.includes(text));
  if (line === undefined || !signature || !blob) return line;
  const parsed = ssh2.utils.parseKey(text);
  return !(parsed instanceof Error) && parsed.verify(blob, signature, hashAlgo) === true ? line : undefined;
}
