/** Whose certificates are believed where webhooks lead to: the public CAs that Node has, and one of the operator's own. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';

/** RFC 8996: what is older is not to be used. */
const OLDEST = 'TLSv1.2';

/** Made once: a store of CAs is some hundred certificates to read. `file`: PEM, of the rack file. */
export function trustedBeside(file: string | undefined): SecureContext {
  if (file === undefined) return createSecureContext({ minVersion: OLDEST });
  // `ca` replaces what Node trusts by itself, which includes NODE_EXTRA_CA_CERTS.
  return createSecureContext({ minVersion: OLDEST, ca: [...getCACertificates('default'), ...certificatesOf(file)] });
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** OpenSSL passes over what it cannot read: every delivery would fail, and nobody be told why. */
function certificatesOf(file: string): readonly string[] {
  const expected = `the CA of webhooks: expected a file of PEM certificates at ${file}`;
  const found = textOf(file, expected).match(PEM) ?? [];
  if (found.length === 0) throw new TypeError(`${expected}, found none in it`);
  for (const [index, pem] of found.entries()) {
    const certificate = readable(pem);
    if (certificate === undefined) throw new TypeError(`${expected}, number ${index + 1} in it cannot be read`);
    if (!certificate.ca) throw new TypeError(`${expected}, number ${index + 1} in it is not one of a CA`);
  }
  return found;
}

function textOf(file: string, expected: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (cause) {
    throw new TypeError(`${expected}, and it cannot be read`, { cause });
  }
}

function readable(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
