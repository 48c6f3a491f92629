/** One command on a channel of its own, and all that it says. */
import type { Clock } from '../../rack/clock.ts';
import type { Millis } from '../../rack/units.ts';
import { millis } from '../../rack/units.ts';
import { SshFlooded, SshLost, SshTimeout } from './errors.ts';
import type { Link } from './link.ts';
import type { ClientChannel } from './ssh2.ts';

export interface ExecLimits {
  readonly deadline: Millis;
  /** Most bytes of an answer. */
  readonly bytes: number;
}

export interface Executed {
  readonly stdout: string;
  readonly stderr: string;
  /** Undefined where the switch sends no exit status. */
  readonly code: number | undefined;
}

/**
 * `what` names the command for people. A command that does not end in its time takes the connection with it: on the
 * switch it may still run, and may hold a lock.
 */
export async function exec(
  link: Link,
  command: string,
  what: string,
  limits: ExecLimits,
  clock: Clock,
  target: string,
): Promise<Executed> {
  const startedAt = clock.monotonic();
  const collected = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const text = (stream: readonly Buffer[]) => Buffer.concat(stream).toString('utf8');
  let bytes = 0;
  let giveUp: (error: Error) => void = () => {};
  const broken = new Promise<never>((_resolve, reject) => {
    giveUp = reject;
  });
  const timer = clock.after(limits.deadline, () => {
    const waited = millis(Math.round(clock.monotonic() - startedAt));
    const said = text(collected.stdout) + text(collected.stderr);
    giveUp(new SshTimeout(target, what, 'the end of the answer', waited, said));
    link.destroy();
  });
  const take = (stream: Buffer[]) => (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= limits.bytes) return void stream.push(chunk);
    giveUp(new SshFlooded(target, what, limits.bytes));
    link.destroy();
  };
  const listen = (channel: ClientChannel) => {
    const end = Promise.withResolvers<{ readonly code: number | undefined; readonly cut: boolean }>();
    channel.on('data', take(collected.stdout));
    channel.stderr.on('data', take(collected.stderr));
    channel.on('error', () => {});
    channel.once('close', (code?: number | null) => end.resolve({ code: code ?? undefined, cut: link.gone }));
    // Nothing is ever typed into a command.
    channel.end();
    return { ended: end.promise };
  };
  const run = async (): Promise<Executed> => {
    const { ended } = await link.openExec(command, what, listen);
    const { code, cut } = await ended;
    const [stdout, stderr] = [text(collected.stdout), text(collected.stderr)];
    if (cut && code === undefined)
      throw new SshLost(target, what, stdout + stderr, link.cause && { cause: link.cause });
    return { stdout, stderr, code };
  };
  try {
    return await Promise.race([run(), broken]);
  } finally {
    timer.cancel();
  }
}
