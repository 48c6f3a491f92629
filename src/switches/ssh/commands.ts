import type { SshTransport } from './transport.ts';

/** What a dialect of single commands needs of the connection. */
export type Commands = Pick<SshTransport, 'exec' | 'target'>;

/** The same, that sends nothing once the signal is aborted. */
export function stopped(signal: AbortSignal, commands: Commands): Commands {
  return {
    target: commands.target,
    exec: (...asked) => (signal.aborted ? Promise.reject(signal.reason) : commands.exec(...asked)),
  };
}
