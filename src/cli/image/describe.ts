/** Images as text. */
import type { ImageDetails } from '../../roots/image-store/details.ts';
import type { Image } from '../../roots/images.ts';
import { megabytes, reference } from './common.ts';

/** Names that are listed before the rest is counted. */
const SHOWN = 8;

export function imageLines(
  image: Image,
  details: ImageDetails | undefined,
  said: readonly string[],
  users: readonly string[],
): string[] {
  const { boot } = image;
  const booted = `${boot.kernel}${boot.initramfs === undefined ? ', no initramfs' : ` and ${boot.initramfs}`}`;
  return [
    reference(image),
    `  directory   ${image.directory}`,
    `  created     ${image.created}`,
    `  boots       ${booted}${boot.cmdline === '' ? '' : `, with ${boot.cmdline}`}`,
    ...(details === undefined
      ? ['  made by     another tool: nothing more is written down']
      : detailLines(image, details)),
    ...said.map((line) => `  offered     ${line}`),
    ...(users.length === 0 ? ['  used by     nobody'] : users.map((user) => `  used by     ${user}`)),
    ...(details === undefined ? [] : preparedLines(details)),
  ];
}

function detailLines(image: Image, details: ImageDetails): string[] {
  const { source, os, kernels, manifest } = details;
  const checks = [source.checkedBy, source.signedBy].filter((check) => check !== undefined);
  const { special, attributes } = details.dropped;
  return [
    `  system      ${os.title}, ${image.arch}, layout ${details.layout}${details.layoutReason === undefined ? '' : ` (${details.layoutReason})`}`,
    `  models      ${details.models.join(', ') || 'none'}`,
    `  source      ${source.file}${source.bytes === undefined ? '' : `, ${source.bytes} bytes`}: ${source.described}`,
    ...(source.sha256 === undefined
      ? []
      : [
          `  sha256      ${source.sha256}, ${checks.length === 0 ? 'held against nothing' : `held against ${checks.join(' and ')}`}`,
        ]),
    `  contents    ${manifest.entries} files, ${megabytes(manifest.bytes)} MB, manifest ${manifest.sha256.slice(0, 16)}…`,
    ...kernels.map(
      ({ file, format, release, nfsRoot }) =>
        `  kernel      ${file}: ${release ?? 'release not readable'}, ${format}${nfsRoot ? ', mounts NFS roots itself' : ''}`,
    ),
    ...(details.derivedFrom === undefined ? [] : [`  made from   ${details.derivedFrom}`]),
    ...shortened(
      details.capabilities.map(({ path, capabilities }) => `/${path} ${capabilities}`),
      '  lost        ',
      'NFS carries no file capabilities: ',
    ),
    ...shortened(
      special.map(({ path, what }) => `/${path} (${what})`),
      '  lost        ',
      'not made: ',
    ),
    ...shortened(
      Object.entries(attributes).map(([name, count]) => `${name} of ${count}`),
      '  lost        ',
      'extended attributes: ',
    ),
  ];
}

function shortened(items: readonly string[], label: string, before: string): string[] {
  if (items.length === 0) return [];
  const more = items.length > SHOWN ? `, and ${items.length - SHOWN} more (--json has them)` : '';
  return [`${label}${before}${items.slice(0, SHOWN).join(', ')}${more}`];
}

/** What preparation did, step by step. */
export function preparedLines({ prepared }: ImageDetails): string[] {
  if (prepared.length === 0) return ['  prepared    not at all'];
  return [
    '  prepared by these steps; `pirack image undo` takes one back in a new version:',
    ...prepared.flatMap(({ step, title, changes, cmdline, notes }) => [
      `    ${step}: ${title}`,
      ...changes.map(({ path, change }) => `      ${change.padEnd(7)} /${path}`),
      ...(cmdline.length === 0 ? [] : [`      kernel command line: ${cmdline.join(' ')}`]),
      ...notes.map((note) => `      ${note}`),
    ]),
  ];
}
