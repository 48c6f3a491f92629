/** Where the packages come from, as sources.list(5). Pure. */
import type { Target } from './apt-output.ts';
import { BuildRefused } from './errors.ts';
import { COMPONENTS } from './releases.ts';

/** Of Debian's package debian-archive-keyring: every signature is checked against these keys unless the machine says otherwise. */
export const DEBIAN_KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Sources of `suite`, its updates and its security archive, from what this machine's apt is set up for. A machine of another
 * Debian release has the same archive under its own release's name. Throws BuildRefused where there is none.
 */
export function sourcesFromMachine(targets: readonly Target[], suite: string, host: string | undefined): string[] {
  const lines = targets.flatMap(({ uri, release, signedBy }) => {
    const own = host !== undefined && (release === host || release.startsWith(`${host}-`));
    const meant = own ? `${suite}${release.slice(host.length)}` : release;
    if (![suite, `${suite}-updates`, `${suite}-security`].includes(meant)) return [];
    return [sourceLine(uri, meant, signedBy ?? DEBIAN_KEYRING)];
  });
  const found = [...new Set(lines)];
  if (found.some((line) => line.includes(` ${suite} ${COMPONENTS}`))) return found;
  throw new BuildRefused(
    `apt on this machine has no Debian archive with ${suite}${host === undefined ? '' : ` or ${host}`} (apt-get indextargets lists what it has); name one with --mirror URI`,
  );
}

/** Sources of given mirrors; one whose path says `debian-security` has the security archive. */
export function sourcesFromMirrors(mirrors: readonly string[], suite: string): string[] {
  return mirrors.map((mirror) => {
    if (!/^(https?|file|copy):\/[!-~]+$/.test(mirror) || /['"[\]]/.test(mirror))
      throw new BuildRefused(
        `--mirror: expected http://, https:// or file:/, got ${JSON.stringify(mirror.slice(0, 200))}`,
      );
    const release = /\/debian-security(\/|$)/.test(mirror) ? `${suite}-security` : suite;
    return sourceLine(mirror, release, DEBIAN_KEYRING);
  });
}

/** An archive of a past day says of itself that it is out of date, which here is what is wanted. */
const PAST = /\/\d{8}T\d{6}Z(\/|$)/;

function sourceLine(uri: string, release: string, keyring: string): string {
  const past = PAST.test(uri) ? ' check-valid-until=no' : '';
  return `deb [signed-by=${keyring}${past}] ${uri} ${release} ${COMPONENTS}`;
}
