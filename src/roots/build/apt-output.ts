/** What apt prints, read. Pure. */
import { isPackage, type Package } from './package-list.ts';

/** A package file in the archive. */
export interface Download extends Package {
  /** Its name in apt's cache: `openssh-server_1%3a9.2p1-2_arm64.deb`. */
  readonly file: string;
  readonly bytes: number;
}

/** Lines of `apt-get --print-uris`: `'URI' FILE BYTES HASH`, the last not always; anything else is left out. */
export function readUris(text: string): Download[] {
  return text.split('\n').flatMap((line) => {
    const [, file, bytes] = /^'[^']+' (\S+\.deb) (\d+) \S*$/.exec(line) ?? [];
    const [name, version, arch, ...more] = (file ?? '').replace(/\.deb$/, '').split('_');
    if (file === undefined || name === undefined || version === undefined || arch === undefined || more.length > 0)
      return [];
    const found = { name, version: version.replaceAll('%3a', ':'), arch };
    return isPackage(found) && !file.includes('/') ? [{ ...found, file, bytes: Number(bytes) }] : [];
  });
}

/** What apt says it does not have: `name`, or `name=version`. */
export function readMissing(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [, version, of] = /^E: Version '([^']+)' for '([^']+)' was not found$/.exec(line) ?? [];
    const name =
      /^E: Unable to locate package (\S+)$/.exec(line)?.[1] ??
      /^E: Package '([^']+)' has no installation candidate$/.exec(line)?.[1];
    return of !== undefined ? [`${of}=${version}`] : name !== undefined ? [name] : [];
  });
}

/** One stanza of `apt-cache show` a version, as field and value; continuation lines are left out (deb822(5)). */
export function readStanzas(text: string): ReadonlyMap<string, string>[] {
  return text
    .split(/\n\n+/)
    .filter((stanza) => stanza.trim() !== '')
    .map(
      (stanza) =>
        new Map(
          stanza.split('\n').flatMap((line) => {
            const [, field, value] = /^([A-Za-z-]+): (.*)$/.exec(line) ?? [];
            return field === undefined ? [] : [[field, value ?? ''] as const];
          }),
        ),
    );
}

/** Seconds since 1970 of the youngest of these Release files; undefined where none has a date. */
export function releaseDate(texts: readonly string[]): number | undefined {
  const dates = texts.map((text) => Date.parse(/^Date: (.+)$/m.exec(text)?.[1] ?? '') / 1000);
  const known = dates.filter((date) => Number.isFinite(date));
  return known.length === 0 ? undefined : Math.max(...known);
}

/** The essence of apt's complaints, for a person: its errors, at most so many. */
export function aptErrors(text: string): string {
  const lines = text.split('\n').filter((line) => /^(E|Err|W): ?/.test(line));
  return lines.slice(-6).join('; ').slice(0, 1000);
}

/** Lines of `apt-get indextargets --format '$(REPO_URI)|$(RELEASE)|$(SIGNED_BY)'` as one-line sources of `suite`. */
export interface Target {
  readonly uri: string;
  readonly release: string;
  readonly signedBy: string | undefined;
}

export function readTargets(text: string): Target[] {
  return text.split('\n').flatMap((line) => {
    const [uri = '', release = '', signedBy = ''] = line.split('|');
    if (!/^[a-z+]+:\/\/[!-~]+$|^(file|copy):\/[!-~]+$/.test(uri) || !/^[A-Za-z0-9./_-]+$/.test(release)) return [];
    return [{ uri, release, signedBy: /^\/[A-Za-z0-9._/+-]+$/.test(signedBy) ? signedBy : undefined }];
  });
}
