/** A scripted SSH server on loopback. Its keys are made anew for each one. */
import type { AddressInfo, Socket } from 'node:net';
import type { AuthContext, Connection, ParsedKey, PublicKeyAuthContext, ServerChannel, ServerConfig } from 'ssh2';
import ssh2 from 'ssh2';
import type { SshPlan } from '../../../../src/rack/plan.ts';
import { createSecretReader } from '../../../../src/switches/snmp/secrets.ts';
import { fingerprint } from '../../../../src/switches/ssh/host-key.ts';

const { Server, utils } = ssh2;

export const USER = 'pirack';
export const PASSWORD = 'a password of the switch';

/** The answer to one command, piece by piece. */
export interface Reply {
  say(text: string | Buffer): void;
  complain(text: string): void;
  /** Ends the channel; undefined: without an exit status, as some switches do. */
  end(code?: number): void;
  /** Ends the connection in the middle. */
  drop(): void;
  /** Writes on until the other end has gone; resolves with the bytes that it took. */
  flood(total: number): Promise<number>;
}

export interface ServerScript {
  readonly exec?: (command: string, reply: Reply) => void;
  readonly subsystem?: (name: string, channel: ServerChannel, drop: () => void) => void;
  /** Who may log in; USER by default. */
  readonly user?: string;
  /** What logs in; by default the password, and the key. */
  readonly methods?: readonly ('password' | 'publickey' | 'keyboard-interactive')[];
  /** Prompts of keyboard-interactive. */
  readonly prompts?: readonly { readonly prompt: string; readonly echo: boolean }[];
  /** Channels that may be open at a time. */
  readonly channels?: number;
  readonly config?: Partial<ServerConfig>;
  readonly hostKeyType?: 'ed25519' | 'rsa';
}

export interface ScriptedServer {
  readonly port: number;
  /** As `ssh-keygen -lf` prints it. */
  readonly hostKey: string;
  /** The private key that may log in. */
  readonly userKey: string;
  /** Commands in the order in which they came. */
  readonly commands: string[];
  /** How often somebody tried to log in, by method. */
  readonly attempts: string[];
  readonly connections: number;
  /** Ends all connections, as a switch that starts anew. */
  dropAll(): void;
  close(): Promise<void>;
}

export async function startServer(script: ServerScript = {}): Promise<ScriptedServer> {
  const hostPair = script.hostKeyType === 'rsa' ? utils.generateKeyPairSync('rsa', { bits: 2048 }) : newKey();
  const userPair = newKey();
  const userKey = utils.parseKey(userPair.public) as ParsedKey;
  const commands: string[] = [];
  const attempts: string[] = [];
  const open = new Set<Connection>();
  let connections = 0;

  const server = new Server({ hostKeys: [hostPair.private], ...script.config }, (connection) => {
    connections += 1;
    // Not in the types. Without it every answer waits for the client's delayed acknowledgement.
    (connection as unknown as Socket).setNoDelay(true);
    open.add(connection);
    connection.on('close', () => open.delete(connection));
    connection.on('error', () => {});
    connection.on('authentication', (context) => {
      attempts.push(context.method);
      authenticate(context, script, userKey);
    });
    let channels = 0;
    connection.on('session', (accept, reject) => {
      if (channels >= (script.channels ?? 10)) return void reject();
      channels += 1;
      const session = accept();
      session.on('exec', (acceptExec, _reject, { command }) => {
        commands.push(command);
        const channel = acceptExec();
        channel.on('close', () => {
          channels -= 1;
        });
        channel.on('error', () => {});
        // Nobody types into a command, and the channel does not close before that is read.
        channel.resume();
        script.exec?.(command, replyOn(channel, connection));
      });
      session.on('subsystem', (acceptSubsystem, rejectSubsystem, { name }) => {
        if (!script.subsystem) return void rejectSubsystem();
        const channel = acceptSubsystem();
        channel.on('close', () => {
          channels -= 1;
        });
        channel.on('error', () => {});
        script.subsystem(name, channel, () => drop(connection));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    port: (server.address() as AddressInfo).port,
    hostKey: fingerprint((utils.parseKey(hostPair.public) as ParsedKey).getPublicSSH()),
    userKey: userPair.private,
    commands,
    attempts,
    get connections() {
      return connections;
    },
    dropAll: () => {
      for (const connection of open) drop(connection);
    },
    close: () =>
      new Promise((resolve) => {
        for (const connection of open) drop(connection);
        server.close(() => resolve());
      }),
  };
}

/** Now and then ssh2 makes a key that it cannot read itself. */
export function newKey(): { private: string; public: string } {
  for (;;) {
    const pair = utils.generateKeyPairSync('ed25519');
    if (!(utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}

/** A plan that logs in by password; `secrets` has what it names. */
export function planFor(server: ScriptedServer, change: Partial<SshPlan> = {}): SshPlan {
  return {
    user: USER,
    port: server.port,
    password: { env: 'PASSWORD' },
    key: undefined,
    hostKey: server.hostKey,
    legacy: [],
    ...change,
  };
}

export function secretsFor(server: ScriptedServer, more: Record<string, string> = {}) {
  const env = { PASSWORD, KEY: server.userKey, WRONG: 'not the password', ...more };
  return createSecretReader({ env, readFile: () => Promise.reject(new Error('no files here')) });
}

function authenticate(context: AuthContext, script: ServerScript, userKey: ParsedKey): void {
  const methods = script.methods ?? ['password', 'publickey'];
  const judge = (right: boolean) => (right ? context.accept() : context.reject([...methods]));
  if (context.username !== (script.user ?? USER) || !methods.includes(context.method as 'password')) judge(false);
  else if (context.method === 'password') judge(context.password === PASSWORD);
  else if (context.method === 'publickey') judge(isKey(context, userKey));
  else if (context.method === 'keyboard-interactive') {
    const prompts = script.prompts ?? [{ prompt: 'Password: ', echo: false }];
    context.prompt([...prompts], (answers) => judge(answers.includes(PASSWORD)));
  }
}

/** Without a signature it is a question whether the key would do. */
function isKey({ key, signature, blob, hashAlgo }: PublicKeyAuthContext, userKey: ParsedKey): boolean {
  if (!key.data.equals(userKey.getPublicSSH())) return false;
  return !signature || !blob || userKey.verify(blob, signature, hashAlgo) === true;
}

function drop(connection: Connection): void {
  // ssh2 has no way to leave without a word, and a switch that loses power has.
  (connection as unknown as { _sock: Socket })._sock.destroy();
}

function replyOn(channel: ServerChannel, connection: Connection): Reply {
  return {
    say: (text) => void channel.write(text),
    complain: (text) => void channel.stderr.write(text),
    end(code) {
      if (code !== undefined) channel.exit(code);
      channel.end();
      channel.close();
    },
    drop: () => drop(connection),
    async flood(total) {
      const piece = Buffer.alloc(64 * 1024, 'x');
      let sent = 0;
      let gone = false;
      const ended = new Promise<void>((resolve) => connection.once('close', () => resolve()));
      void ended.then(() => {
        gone = true;
      });
      while (sent < total && !gone) {
        sent += piece.length;
        if (channel.write(piece)) continue;
        await Promise.race([ended, new Promise<void>((resolve) => channel.once('drain', resolve))]);
      }
      return sent;
    },
  };
}
