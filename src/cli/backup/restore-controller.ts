/** `pirack backup restore --controller`: done by this process, because there is no controller to ask. */
import { join, resolve } from 'node:path';
import { ControlClient, NotServing } from '../../api/control/client.ts';
import { realClock } from '../../net/real-clock.ts';
import { formatRange } from '../../rack/range.ts';
import { type RestoredController, restoreController } from '../../roots/backups/controller/restore.ts';
import { NoSuchBackup, ResticFailed } from '../../roots/backups/errors.ts';
import { ResticStopped } from '../../roots/backups/process.ts';
import { Restic } from '../../roots/backups/restic.ts';
import { NotPossible } from '../../roots/errors.ts';
import { CliError, EXIT } from '../exit.ts';
import type { JobOptions } from '../job/common.ts';
import { racks, socketOf, stateRoot } from '../places.ts';

export interface ControllerRestoreOptions extends JobOptions {
  repository?: string;
  passwordFile?: string;
  credentials?: string;
  snapshot?: string;
  replace?: boolean;
}

export async function restoreControllerHere(options: ControllerRestoreOptions): Promise<number> {
  const { repository, passwordFile, credentials, rack, snapshot, replace, json } = options;
  if (repository === undefined || passwordFile === undefined)
    throw new CliError(
      EXIT.usage,
      'expected --repository and --password-file: there is no rack file to read them from',
    );
  const root = stateRoot(options.state);
  await refuseServed(root, rack);
  const place = /^[a-z0-9]+:/.test(repository) ? repository : resolve(repository);
  const plan = {
    repository: place,
    passwordFile: resolve(passwordFile),
    credentials: credentials === undefined ? undefined : resolve(credentials),
    bandwidth: undefined,
  };
  const restic = new Restic({ plan, rack: rack ?? '', directory: join(root, '.restic'), clock: realClock });
  try {
    await restic.prepare();
    const request = { stateRoot: root, rack, snapshot, replace: replace === true, clock: realClock };
    const restored = await restoreController(restic, { ...request, tell: (text) => console.error(text) });
    console.log(json ? JSON.stringify(restored, null, 2) : describe(restored).join('\n'));
    return EXIT.done;
  } catch (cause) {
    const known = [NotPossible, NoSuchBackup, ResticFailed, ResticStopped].some((kind) => cause instanceof kind);
    if (known) throw new CliError(EXIT.failed, (cause as Error).message, { cause });
    throw cause;
  }
}

/** Under a controller that runs, databases are not exchanged. */
async function refuseServed(root: string, rack: string | undefined): Promise<void> {
  for (const each of rack === undefined ? racks(root) : [rack]) {
    try {
      await new ControlClient(socketOf(root, each)).status();
    } catch (cause) {
      if (cause instanceof NotServing) continue;
    }
    throw new CliError(EXIT.failed, `the controller of ${each} is running: stop it first`);
  }
}

function describe({ rack, manifest, stateDirectory, movedTo, beside, adopted, images }: RestoredController): string[] {
  const slots = (of: readonly number[]) => formatRange(new Set(of));
  const { restoring, kept, lost, unknown } = adopted;
  return [
    `the controller of ${rack} is restored to ${stateDirectory}`,
    ...(movedTo === undefined ? [] : [`what was there is in ${movedTo}`]),
    ...beside.map((path) => `not overwritten: compare ${path} with what is there`),
    ...manifest.missing.map((path) => `not in the backup, because it could not be read then: ${path}`),
    ...(manifest.variables.length === 0 ? [] : [`set in its environment: ${manifest.variables.join(', ')}`]),
    ...images.map((id) => `import image ${id} again before it serves: it was not saved whole`),
    ...(kept.length === 0 ? [] : [`roots that are there: slots ${slots(kept)}`]),
    ...(restoring.length === 0
      ? []
      : [`roots to be restored when it serves, before their boards get power: slots ${slots(restoring)}`]),
    ...(lost.length === 0 ? [] : [`no backup, and a fresh root: slots ${slots(lost)}`]),
    ...(unknown.length === 0
      ? []
      : [`on the disk and not in the backup, left alone: ${unknown.slice(0, 10).join(', ')}`]),
    `now: pirack check ${manifest.rackFile} && pirack serve ${manifest.rackFile}`,
  ];
}
