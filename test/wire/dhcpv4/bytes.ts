/** Builders of raw bytes for the DHCP tests, independent of the encoder. */

/** Bytes from hex digits; white space is for the reader. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
}

/** A message from a client, with `options` as hex after the cookie and whatever else is given in its place. */
export function message(
  options: string,
  fields: { op?: number; hlen?: number; sname?: string; file?: string; cookie?: string } = {},
): Uint8Array {
  const tail = hex(options);
  const bytes = new Uint8Array(240 + tail.length);
  bytes.set([fields.op ?? 1, 1, fields.hlen ?? 6, 0], 0);
  bytes.set(hex('26f30339'), 4);
  bytes.set(hex('b827eb07bcc6'), 28);
  bytes.set(hex(fields.sname ?? ''), 44);
  bytes.set(hex(fields.file ?? ''), 108);
  bytes.set(hex(fields.cookie ?? '63825363'), 236);
  bytes.set(tail, 240);
  return bytes;
}
