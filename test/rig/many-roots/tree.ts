/**
 * Run inside a rack: prints what is in each directory named as an argument, one JSON object a line. Names, types, modes,
 * owners, times, links and every byte of every file go into the digest; the records of boots, of which a board writes one at
 * every boot, are told apart.
 */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface TreeSeen {
  readonly path: string;
  readonly digest: string;
  readonly entries: number;
  readonly boots: string;
}

const RECORDS = 'var/lib/pirack';
const RECORD = /^virtual-boot\.(\d+)$/;

function look(path: string): TreeSeen {
  const hash = createHash('sha256');
  let entries = 0;
  const visit = (name: string): void => {
    const at = `${path}/${name}`;
    const stats = lstatSync(at, { bigint: true });
    entries++;
    const { mode, uid, gid, nlink, rdev } = stats;
    // The number of links of an overlay's directory is its own business.
    hash.update(`${name}\0${mode} ${uid} ${gid} ${stats.isDirectory() ? '' : nlink} ${rdev}`);
    if (name !== RECORDS) hash.update(` ${stats.mtimeNs}`);
    if (stats.isSymbolicLink()) hash.update(` ${readlinkSync(at)}`);
    else if (stats.isFile()) hash.update(createHash('sha256').update(readFileSync(at)).digest());
    else if (stats.isDirectory())
      for (const each of readdirSync(at).sort()) {
        const below = name === '.' ? each : `${name}/${each}`;
        if (name !== RECORDS || !RECORD.test(each)) visit(below);
      }
  };
  visit('.');
  return { path, digest: hash.digest('hex'), entries, boots: record(path) };
}

/** In the order of the boots. */
function record(path: string): string {
  const numbers = readdirSync(`${path}/${RECORDS}`).flatMap((name) => Number(RECORD.exec(name)?.[1] ?? 0) || []);
  return numbers
    .sort((a, b) => a - b)
    .map((number) => readFileSync(`${path}/${RECORDS}/virtual-boot.${number}`, 'utf8'))
    .join('');
}

for (const path of process.argv.slice(2)) console.log(JSON.stringify(look(path)));
