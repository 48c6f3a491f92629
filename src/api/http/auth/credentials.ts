/** The Authorization header (RFC 9110 §11.6.2): Basic (RFC 7617) and Bearer (RFC 6750). */

export type Credentials =
  | { readonly kind: 'basic'; readonly id: string; readonly secret: string }
  | { readonly kind: 'bearer'; readonly token: string };

const MOST = 1024;

/** Undefined: there are none, or none that can be read. */
export function credentials(header: string | undefined): Credentials | undefined {
  if (header === undefined || header.length > MOST) return undefined;
  const match = /^(basic|bearer) +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(header);
  if (match === null) return undefined;
  const [, scheme, value] = match as unknown as [string, string, string];
  if (scheme.toLowerCase() === 'bearer') return { kind: 'bearer', token: value };
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) return undefined;
  return { kind: 'basic', id: text.slice(0, colon), secret: text.slice(colon + 1) };
}
