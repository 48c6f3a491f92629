/** Option 97 (RFC 4578 client machine identifier): type 0 and sixteen bytes that differ by model (pi-boot §1.2, §2.1). */

export type ClientUuid =
  /** The 3B ROM sends sixteen 0x44, the same on every board. */
  | { readonly kind: '3B-constant' }
  /** 3B+ ROM, bootcode.bin, and a Pi 4 with DHCP_OPTION97=0: the serial, little-endian, four times. */
  | { readonly kind: 'serial-repeated'; readonly serial: string }
  /** Pi 4 and Pi 5: model tag, revision word, last four bytes of the MAC, serial. */
  | {
      readonly kind: 'pi4' | 'pi5';
      readonly revision: number;
      /** `01:09:02:f7`: the last four bytes of the MAC; 00:00:00:00 in early beta bootloaders. */
      readonly macTail: string;
      /** Low 32 bits of the serial: `91cdf03d`. */
      readonly serial: string;
    }
  | { readonly kind: 'other' };

/** `4iPR` and `5iPR`. Captures of 4B and CM4 boards have them either way round; the rest is the same in both. */
const PI4_TAG = Object.freeze([0x34, 0x69, 0x50, 0x52]);
const PI5_TAG = Object.freeze([0x35, 0x69, 0x50, 0x52]);
const LENGTH = 17;
const CONSTANT_BYTE = 0x44;

/** What option 97 tells; bytes of any other shape are `other`, never an error. */
export function parseClientUuid(bytes: Uint8Array): ClientUuid {
  if (bytes.length !== LENGTH || bytes[0] !== 0) return { kind: 'other' };
  const body = bytes.subarray(1);
  if (body.every((byte) => byte === CONSTANT_BYTE)) return { kind: '3B-constant' };
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const kind = hasTag(body, PI4_TAG) ? 'pi4' : hasTag(body, PI5_TAG) ? 'pi5' : undefined;
  if (kind !== undefined) {
    return {
      kind,
      revision: view.getUint32(4, true),
      macTail: Array.from(body.subarray(8, 12), (byte) => byte.toString(16).padStart(2, '0')).join(':'),
      serial: hex8(view.getUint32(12, true)),
    };
  }
  const serial = view.getUint32(0, true);
  if ([4, 8, 12].every((at) => view.getUint32(at, true) === serial))
    return { kind: 'serial-repeated', serial: hex8(serial) };
  return { kind: 'other' };
}

/** Option 97 of a 3B ROM. */
export function constantUuid(): Uint8Array {
  return new Uint8Array(LENGTH).fill(CONSTANT_BYTE, 1);
}

/** Option 97 of a 3B+ ROM and of bootcode.bin; `serial8` is eight hex digits. */
export function serialUuid(serial8: string): Uint8Array {
  const bytes = new Uint8Array(LENGTH);
  const view = new DataView(bytes.buffer);
  for (let at = 1; at < LENGTH; at += 4) view.setUint32(at, parseHex8(serial8), true);
  return bytes;
}

/** Option 97 of a Pi 4 (or a Pi 5): `mac` is the whole MAC in six bytes. */
export function taggedUuid(
  kind: 'pi4' | 'pi5',
  board: { revision: number; mac: Uint8Array; serial: string },
): Uint8Array {
  if (board.mac.length !== 6) throw new RangeError(`expected a MAC address of 6 bytes, got ${board.mac.length}`);
  const bytes = new Uint8Array(LENGTH);
  const view = new DataView(bytes.buffer);
  bytes.set(kind === 'pi4' ? PI4_TAG : PI5_TAG, 1);
  view.setUint32(5, board.revision, true);
  bytes.set(board.mac.subarray(2), 9);
  view.setUint32(13, parseHex8(board.serial), true);
  return bytes;
}

function hasTag(bytes: Uint8Array, tag: readonly number[]): boolean {
  return tag.every((byte, i) => bytes[i] === byte) || tag.every((byte, i) => bytes[tag.length - 1 - i] === byte);
}

function hex8(value: number): string {
  return value.toString(16).padStart(8, '0');
}

function parseHex8(text: string): number {
  if (!/^[0-9a-f]{8}$/i.test(text))
    throw new RangeError(`expected a serial of eight hex digits, got ${JSON.stringify(text)}`);
  return Number.parseInt(text, 16);
}
