/** Domain names as DNS writes them (RFC 1035 §3.1), without compression: what RA and DHCPv6 options hold. */

/** The labels, each after its length, and the root's empty one. Throws a RangeError for what is no host's domain name. */
export function encodeName(name: string): Uint8Array {
  const bare = name.endsWith('.') ? name.slice(0, -1) : name;
  const labels = bare.split('.');
  for (const label of labels) {
    if (!/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label)) {
      throw new RangeError(`expected a domain name such as pi.example.net, got ${JSON.stringify(name)}`);
    }
  }
  const bytes = Buffer.concat([
    ...labels.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]),
    Buffer.from([0]),
  ]);
  if (bytes.length > 255) throw new RangeError(`expected a domain name of at most 255 bytes, got ${bytes.length}`);
  return new Uint8Array(bytes);
}
