/** The kernel's NFS server as exports(5) and exportfs(8) describe it: rendering and parsing only. */
import { assertPlainPath } from '../backends/tree.ts';
import { unescapeOctal } from '../mounts.ts';
import { placeName } from '../place.ts';
import { type ExportSeen, type ExportWanted, rescueExportId } from './spec.ts';

const OWN_FILE = /^pirack-slot-\d{3,}(-rescue)?\.exports$/;
/** What a root of its own needs: to be written at once, and by the board's root as root. */
const OPTIONS = ['rw', 'sync', 'no_subtree_check', 'no_root_squash', 'sec=sys'];

export const exportsFileName = ({ slot, id }: Pick<ExportWanted, 'slot' | 'id'>): string =>
  `pirack-${placeName(slot)}${id === rescueExportId(slot) ? '-rescue' : ''}.exports`;
export const isOwnExportsFile = (name: string): boolean => OWN_FILE.test(name);

/** The file of one slot in exports.d. Its first line remembers which directory was exported. */
export function renderExportsFile(wanted: ExportWanted): string {
  assertPlainPath(wanted.path);
  return `# root ${wanted.identity}\n${wanted.path} ${wanted.client}(${[...OPTIONS, `fsid=${wanted.id}`].join(',')})\n`;
}

export interface ExportfsLine {
  readonly path: string;
  readonly client: string;
  readonly options: ReadonlySet<string>;
}

/** Output of `exportfs -v`: a path, and behind it or on the next, indented line a client with its options in brackets. */
export function parseExportfs(output: string): ExportfsLine[] {
  const lines: ExportfsLine[] = [];
  let path = '';
  for (const line of output.split('\n')) {
    const [, before = '', client, options] = /^(.*?)\s*(?:(\S+)\(([^()]*)\))?\s*$/.exec(line) ?? [];
    if (before.startsWith('/')) path = unescapeOctal(before.trimEnd());
    if (client === undefined || options === undefined || path === '') continue;
    lines.push({ path, client, options: new Set(options.split(',')) });
  }
  return lines;
}

/**
 * The exports that concern us: those under our numbers, and all of our directories, whoever made them. A client that has
 * less than it needs, such as `ro`, is shown with its options and so equals nobody.
 *
 * @param identities by path, from our files
 */
export function exportsSeen(lines: readonly ExportfsLine[], identities: ReadonlyMap<string, string>): ExportSeen[] {
  const byExport = new Map<string, ExportSeen & { clients: string[] }>();
  for (const { path, client, options } of lines) {
    const number = Array.from(options, (option) => /^fsid=(\d+)$/.exec(option)?.[1]).find((id) => id !== undefined);
    if (!identities.has(path) && number === undefined) continue;
    const id = Number(number ?? 0);
    if (!identities.has(path) && id <= 1000) continue;
    const key = `${id} ${path}`;
    const seen = byExport.get(key) ?? { id, path, pseudo: path, clients: [], identity: identities.get(path) };
    const whole = options.has('rw') && options.has('no_root_squash');
    seen.clients.push(whole ? client : `${client}(${[...options].join(',')})`);
    byExport.set(key, seen);
  }
  return [...byExport.values()];
}
