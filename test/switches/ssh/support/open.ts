/** Backends on scripted servers, closed after each test. */
import { pino } from 'pino';
import { afterEach } from 'vitest';
import { realClock } from '../../../../src/net/real-clock.ts';
import type { SwitchBackend } from '../../../../src/switches/backend.ts';
import type { WritableRow } from '../../../../src/switches/guard.ts';
import type { SshLimits, SshTransport } from '../../../../src/switches/ssh/transport.ts';
import { createSshTransport } from '../../../../src/switches/ssh/transport.ts';
import type { ScriptedServer, ServerScript } from './server.ts';
import { planFor, secretsFor, startServer } from './server.ts';

export const log = pino({ level: 'silent' });
export const NO_INDEXES: ReadonlyMap<string, number> = new Map();
export const FOREVER = new AbortController().signal;

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** Closed after the test, the last first. */
export function closing(...some: readonly { close(): unknown }[]): void {
  open.unshift(...some);
}

export interface Opened {
  readonly server: ScriptedServer;
  readonly transport: SshTransport;
}

export async function openTransport(script: ServerScript, limits: Partial<SshLimits> = {}): Promise<Opened> {
  const server = await startServer(script);
  const plan = { name: 'sw1', address: '127.0.0.1', ssh: planFor(server) };
  const transport = createSshTransport(plan, { clock: realClock, log, secrets: secretsFor(server), limits });
  closing(transport, server);
  return { server, transport };
}

/** Rows that a guard would have given out. */
export const rows = (...names: (string | number)[]) => names.map(String) as WritableRow[];

export const failure = (promise: Promise<unknown>): Promise<(Error & { code?: string }) | undefined> =>
  promise.then(
    () => undefined,
    (error: Error) => error,
  );

/** The admin state of all rows, as the backend reads it. */
export async function adminOf(backend: SwitchBackend): Promise<Record<string, boolean | undefined>> {
  const state = await backend.state(NO_INDEXES);
  return Object.fromEntries(state.rows.map(({ row, admin }) => [row, admin]));
}
