/** Tar archives byte by byte, also such as tar(1) would not write. */

export function header(name: string, type: string, size: number, linkName = ''): Uint8Array {
  const block = new Uint8Array(512);
  const put = (at: number, text: string) => block.set(new TextEncoder().encode(text), at);
  put(0, name);
  put(100, '0000755\0');
  put(108, '0000000\0');
  put(116, '0000000\0');
  put(124, `${size.toString(8).padStart(11, '0')}\0`);
  put(136, '14712345670\0');
  put(148, '        ');
  put(156, type);
  put(157, linkName);
  put(257, 'ustar\x0000');
  const sum = block.reduce((all, byte) => all + byte, 0);
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return block;
}

export interface MemberOptions {
  readonly linkName?: string;
  readonly pax?: Readonly<Record<string, string>>;
}

export function member(name: string, type: string, text = '', { linkName = '', pax }: MemberOptions = {}): Uint8Array {
  const before =
    pax === undefined
      ? new Uint8Array(0)
      : member(
          'pax',
          'x',
          Object.entries(pax)
            .map(([key, value]) => record(key, value))
            .join(''),
        );
  const data = new TextEncoder().encode(text);
  const padded = new Uint8Array(Math.ceil(data.length / 512) * 512);
  padded.set(data);
  return Buffer.concat([before, header(name, type, data.length, linkName), padded]);
}

function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(rest) + 1;
  while (Buffer.byteLength(`${length}${rest}`) !== length) length++;
  return `${length}${rest}`;
}

export const archive = (...members: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat([...members, new Uint8Array(1024)]);
