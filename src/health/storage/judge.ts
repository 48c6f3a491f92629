/**
 * What of the storage needs a person, each as one sentence: what, how bad, what to do. A condition that is raised is let go
 * only when it is better by a margin: it is told once, and not again at every swing.
 */
import type { StoragePlan } from '../../rack/plan.ts';
import { formatSize } from '../../rack/quantity.ts';
import type { SlotNumber } from '../../rack/units.ts';
import type { FileSystemSample, RootSample, StorageSample } from './sample.ts';

export const CONDITION_KINDS = [
  'disk_full',
  'disk_low',
  'disk_filling',
  'files_low',
  'read_only',
  'disk_errors',
  'root_full',
  'root_filling',
  'left_overs',
  'database_large',
  'nfs_down',
  'image_damaged',
] as const;
export type ConditionKind = (typeof CONDITION_KINDS)[number];

export interface Condition {
  readonly kind: ConditionKind;
  /** Of what: a path, an image, a slot. With the kind, it says which condition it is. */
  readonly of: string;
  readonly slot: SlotNumber | undefined;
  readonly text: string;
}

export const keyOf = ({ kind, of }: Pick<Condition, 'kind' | 'of'>): string => `${kind} ${of}`;

/** Per cent by which it has to be better. */
const MARGIN = 2;
/** Days by which a trend has to be better. */
const MARGIN_DAYS = 2;

/**
 * @param raised keys of what is raised now
 * @param days until each file system is full, by its path, where it gets fuller
 */
export function judge(
  sample: StorageSample,
  limits: StoragePlan,
  raised: ReadonlySet<string>,
  days: ReadonlyMap<string, number>,
): readonly Condition[] {
  const is = (kind: ConditionKind, of: string) => raised.has(keyOf({ kind, of }));
  return [
    ...sample.fileSystems.flatMap((each) => fileSystem(each, sample.roots, limits, is, days.get(each.path))),
    ...sample.roots.flatMap((root) => diskOf(root, limits, is)),
    ...rest(sample, limits, is),
  ];
}

type Is = (kind: ConditionKind, of: string) => boolean;
const percent = (part: number, whole: number): number => (whole === 0 ? 100 : (part / whole) * 100);

function fileSystem(
  { path, size, free, files, filesFree, refusesWrites, errors }: FileSystemSample,
  roots: readonly RootSample[],
  limits: StoragePlan,
  is: Is,
  days: number | undefined,
): Condition[] {
  const found: Condition[] = [];
  const add = (kind: ConditionKind, text: string) => found.push({ kind, of: path, slot: undefined, text });
  const below = (kind: ConditionKind, value: number, limit: number) => value < limit + (is(kind, path) ? MARGIN : 0);
  if (refusesWrites === 'EROFS')
    add(
      'read_only',
      `${path} has become read-only, so boards cannot write: see why in the kernel's log, check the disk, and mount it again`,
    );
  else if (refusesWrites !== undefined)
    add(
      'read_only',
      `nothing can be written to ${path} (${refusesWrites}): check the disk below it; boards have stopped writing`,
    );
  const bad = errors.filter(({ count }) => count > 0);
  if (bad.length > 0)
    add(
      'disk_errors',
      `${path}: ${bad.map(({ device, count }) => `${count} errors on ${device}`).join(', ')} since they are counted: back up, and replace the disk; \`btrfs device stats --reset\` or a check of the file system sets the count to 0`,
    );
  const left = `${path} has ${formatSize(free)} of ${formatSize(size)} left`;
  const kept = roots.filter((root) => root.kept);
  const keptSize = kept.reduce((sum, { used }) => sum + used, 0);
  const room =
    kept.length === 0
      ? 'remove what is not needed, or add a disk'
      : `${kept.length} roots that are kept for an undo hold ${formatSize(keptSize)}: wait for their end, shorten keep_old, or add a disk`;
  if (below('disk_full', percent(free, size), limits.reserve))
    add(
      'disk_full',
      `${left}, less than the ${limits.reserve} % that are kept free, so no board can be reimaged: ${room}`,
    );
  else if (below('disk_low', percent(free, size), limits.lowAt)) add('disk_low', `${left}: ${room}`);
  else if (days !== undefined && days < limits.fullInDays + (is('disk_filling', path) ? MARGIN_DAYS : 0))
    add('disk_filling', `${left} and will be full in ${Math.max(1, Math.round(days))} days, as it goes: ${room}`);
  if (files > 0 && below('files_low', percent(filesFree, files), limits.lowAt))
    add(
      'files_low',
      `${path} has room for ${filesFree} more files of ${files}: remove roots or images, or make the file system anew with more inodes`,
    );
  return found;
}

function diskOf({ slot, kept, used, limit }: RootSample, limits: StoragePlan, is: Is): Condition[] {
  if (kept || limit === undefined) return [];
  const of = `slot ${slot}`;
  const over = (kind: ConditionKind, at: number) => percent(used, limit) >= at - (is(kind, of) ? MARGIN : 0);
  const text = `slot ${slot} has written ${formatSize(used)} of the ${formatSize(limit)} of its disk`;
  if (over('root_full', limits.rootFullAt))
    return [
      {
        kind: 'root_full',
        of,
        slot,
        text: `${text}, and will soon be refused more: its owner should delete, or have a larger one`,
      },
    ];
  if (over('root_filling', limits.rootFillingAt)) return [{ kind: 'root_filling', of, slot, text }];
  return [];
}

function rest({ databases, leftOvers, nfs, damaged }: StorageSample, limits: StoragePlan, is: Is): Condition[] {
  const none = { slot: undefined };
  const found: Condition[] = [];
  for (const { name, bytes } of databases) {
    const most = is('database_large', name) ? limits.database * 0.9 : limits.database;
    if (bytes > most)
      found.push({
        ...none,
        kind: 'database_large',
        of: name,
        text: `the database ${name} has grown to ${formatSize(bytes)}: stop pirack, and run \`sqlite3 ${name} VACUUM\``,
      });
  }
  if (leftOvers.length > 0)
    found.push({
      ...none,
      kind: 'left_overs',
      of: 'roots',
      text: `${leftOvers.length} left by clones or imports that were cut off take up room, such as ${leftOvers[0]}: they go when the same is done again, or can be removed by hand`,
    });
  if (nfs !== undefined && !nfs.running)
    found.push({
      ...none,
      kind: 'nfs_down',
      of: 'server',
      text: `the NFS server does not run, so boards stand still until it does${nfs.trouble === undefined ? '' : ` (it ${nfs.trouble})`}: it is started again all the time; its log is in nfs/ of the state directory`,
    });
  for (const [image, what] of damaged)
    found.push({
      ...none,
      kind: 'image_damaged',
      of: image,
      text: `the image ${image} is not what was imported (${what}): import it again under a new version, reimage its boards, and check the disk`,
    });
  return found;
}
