/** Priority and limit of ports: refused before anything is written where the switch does not have them, and read back. */
import type { Clock } from '../rack/clock.ts';
import type { Millis, Watts } from '../rack/units.ts';
import type { PortSettings, Priority, SettingsBackend, SettingsChange } from './backend.ts';
import type { SwitchError } from './errors.ts';
import { WriteRefused } from './errors.ts';
import type { WritableRow } from './guard.ts';
import type { Goal } from './set.ts';
import { setConfirmed } from './set.ts';

export interface SettingsWanted {
  readonly priority?: Priority;
  /** Most that the port may draw; rounded down to what the switch can keep. */
  readonly limit?: Watts;
}

export interface PortConfigured {
  readonly port: string;
  /** As last read; undefined: they could not be. */
  readonly settings: PortSettings | undefined;
  /** Why it is not as wanted; undefined: it is. */
  readonly error: SwitchError | undefined;
}

export interface ConfigureRequest {
  readonly clock: Clock;
  readonly rows: ReadonlyMap<string, WritableRow>;
  readonly wanted: SettingsWanted;
  readonly settings: SettingsBackend | undefined;
  /** What the switch is, in words. */
  readonly title: string;
  readonly readBackWithin: Millis;
}

/** @throws WriteRefused for a setting that this switch does not have, or that cannot be written */
export async function configureRows(request: ConfigureRequest): Promise<readonly PortConfigured[]> {
  const { clock, rows, settings, title, readBackWithin } = request;
  const ports = [...rows.keys()].join(', ');
  if (!settings) throw new WriteRefused(ports, `no settings of ports of ${title} are known`);
  const changes = changesOf(request.wanted, settings);
  for (const { what } of changes) {
    const refusal = settings.refusal(what);
    if (refusal !== undefined) throw new WriteRefused(ports, refusal);
  }
  const look = (some: readonly WritableRow[]) => settings.read(some);
  const results = new Map<string, PortConfigured>();
  const before = await look([...rows.values()]);
  for (const [port, row] of rows) results.set(port, { port, settings: before.get(row), error: undefined });
  for (const change of changes) {
    const write = (some: readonly WritableRow[]) => settings.write(some, change);
    const done = await setConfirmed({ clock, rows, before, goal: goalOf(change), write, look, readBackWithin });
    for (const result of done) {
      const error = results.get(result.port)?.error ?? (result.ok ? undefined : result.error);
      results.set(result.port, { port: result.port, settings: result.after, error });
    }
  }
  return [...results.values()];
}

function changesOf({ priority, limit }: SettingsWanted, settings: SettingsBackend): SettingsChange[] {
  return [
    ...(priority === undefined ? [] : [{ what: 'priority', priority } as const]),
    ...(limit === undefined ? [] : [{ what: 'limit', limit: settings.rounded(limit) } as const]),
  ];
}

function goalOf(change: SettingsChange): Goal<PortSettings> {
  if (change.what === 'priority') {
    const { priority } = change;
    return {
      what: `priority ${priority}`,
      is: (seen) => seen.priority === priority,
      describe: (seen) => seen.priority ?? 'nothing',
    };
  }
  const { limit } = change;
  return {
    what: `limit ${limit} W`,
    is: (seen) => seen.limit === limit,
    describe: (seen) => (seen.limit === undefined ? 'nothing' : `${seen.limit} W`),
  };
}
