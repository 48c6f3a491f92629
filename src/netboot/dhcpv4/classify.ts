/** What kind of client speaks, and what it tells of its board. A claim: it shapes the answer's options, never whose address it is. */
import { serialMatchesMac } from '../../pi/mac.ts';
import { decodeRevision } from '../../pi/revision.ts';
import {
  type ClientUuid,
  LATER_DHCP_LENGTH,
  parseClientUuid,
  ROM_3B_DHCP_LENGTH,
  ROM_XID,
  VENDOR_CLASS,
} from '../../pi/rom.ts';
import type { TimingModel } from '../../rack/plan.ts';
import type { Mac } from '../../wire/address.ts';
import {
  Architecture,
  DhcpOption,
  type Dhcpv4Packet,
  parsePxeClass,
  readClassIdentifier,
  readText,
} from '../../wire/dhcpv4/index.ts';
import { printable } from '../../wire/printable.ts';

/** Characters of a client's own words that are kept. */
export const SHOWN = 64;

export type ClientKind =
  /** Mask ROM of a 3B (or a 2B v1.2): says nothing of its serial. */
  | 'rom-3b'
  /** ROM of a 3B+, or bootcode.bin of any Pi 3 where nothing that came before tells them apart: the bytes are the same. */
  | 'rom-serial'
  /** bootcode.bin of a Pi 3 that a ROM on the same leg has just fetched. */
  | 'bootcode'
  | 'eeprom-pi4'
  | 'eeprom-pi5'
  | 'uboot'
  | 'uefi'
  /** A kernel, an initramfs or an operating system: whatever does not claim to be boot firmware. */
  | 'os'
  /** Boot firmware of no known kind. */
  | 'unknown';

export interface Classification {
  readonly kind: ClientKind;
  /** `pi`: wants the PXE fields that a Raspberry Pi boots by. `plain`: gets what it asks for. */
  readonly answer: 'pi' | 'plain';
  /** It runs before any operating system, so its DISCOVER is the start of a boot. */
  readonly firmware: boolean;
  /** It takes the OFFER for its allocation and sends no REQUEST (pi-boot §1.2). */
  readonly offerIsFinal: boolean;
  readonly timing: TimingModel;
  /** Class identifier in printable characters, cut to 64; '' where there is none. */
  readonly className: string;
  /** Low 32 bits of the serial in eight hex digits. */
  readonly serial?: string;
  /** Revision word. */
  readonly revision?: number;
  /** Model name, where the revision word or the ROM's own quirks tell it. */
  readonly model?: string;
  /** Where what it says does not hold together, in one sentence. */
  readonly doubt?: string;
}

/** The boot firmware that the leg heard last. */
export interface Before {
  readonly kind: ClientKind;
  readonly mac: Mac;
  /** The leg has asked for a file since, just now. */
  readonly fetching: boolean;
}

/**
 * Classifies a message from a client; `length` is that of the datagram, by which ROM stages differ (pi-boot §1.2), and
 * `before` what the leg heard before it, by which alone a second stage differs from a 3B+ ROM.
 */
export function classify(packet: Dhcpv4Packet, length: number, before?: Before): Classification {
  const told = classifyAlone(packet, length);
  if (told.kind !== 'rom-serial' || before === undefined || !isSecondStage(before, packet)) return told;
  return { ...told, kind: 'bootcode', ...(before.kind === 'rom-3b' ? { timing: '3B', model: '3B' } : {}) };
}

/** A ROM fetches bootcode.bin, and that asks once more, a moment later (pi-boot §1.2); a ROM that is tried again has fetched nothing. */
function isSecondStage({ kind, mac, fetching }: Before, packet: Dhcpv4Packet): boolean {
  if (mac !== packet.chaddr) return false;
  if (kind === 'rom-3b') return true;
  // The second stage fetches files too: what asks after that has begun again.
  return kind === 'bootcode' ? !fetching : kind === 'rom-serial' && fetching;
}

function classifyAlone(packet: Dhcpv4Packet, length: number): Classification {
  const className = printable(readClassIdentifier(packet.options) ?? '', SHOWN);
  const uuid = parseClientUuid(packet.options.get(DhcpOption.clientUuid) ?? new Uint8Array());
  const isPiClass = className === VENDOR_CLASS && !isIpxe(packet);
  // An early Pi 4 leaves the class out of its REQUEST (pi-boot §2.1), and the identifier alone tells enough.
  const pi = isPiClass || className === '' ? classifyUuid(uuid, packet, length) : undefined;
  if (pi) return { ...pi, answer: 'pi', firmware: true, className };
  if (isPiClass) return other('unknown', className, { answer: 'pi', offerIsFinal: true });
  if (className.startsWith('U-Boot')) return other('uboot', className);
  const architecture = parsePxeClass(className.replace(/^HTTPClient/, 'PXEClient'))?.architecture;
  if (architecture === Architecture.armUboot32 || architecture === Architecture.armUboot64) {
    return other('uboot', className);
  }
  if (architecture !== undefined && architecture !== Architecture.x86Bios) return other('uefi', className);
  if (/^(PXE|HTTP)Client/.test(className)) return other('unknown', className);
  return other('os', className, { firmware: false });
}

type PiPart = Pick<Classification, 'kind' | 'offerIsFinal' | 'timing' | 'serial' | 'revision' | 'model' | 'doubt'>;

function classifyUuid(uuid: ClientUuid, packet: Dhcpv4Packet, length: number): PiPart | undefined {
  switch (uuid.kind) {
    case '3B-constant': {
      const doubt = romDoubt(packet, length, ROM_3B_DHCP_LENGTH);
      return { kind: 'rom-3b', offerIsFinal: true, timing: '3B', model: '3B', ...doubt };
    }
    case 'serial-repeated': {
      const { serial } = uuid;
      const matches = serialMatchesMac(serial, packet.chaddr);
      if (packet.xid === ROM_XID || matches) {
        const doubt = matches
          ? romDoubt(packet, length, LATER_DHCP_LENGTH)
          : { doubt: `serial ${serial} does not belong to MAC ${packet.chaddr}` };
        return { kind: 'rom-serial', offerIsFinal: true, timing: '3B+', serial, ...doubt };
      }
      // An EEPROM with DHCP_OPTION97=0 (pi-boot §2.1): the form says no more than that.
      return { kind: 'eeprom-pi4', offerIsFinal: false, timing: '4B', serial };
    }
    case 'pi4':
    case 'pi5': {
      const decoded = decodeRevision(uuid.revision);
      // Beta bootloaders left the MAC's place empty (pi-boot §2.1).
      const told = uuid.macTail === '00:00:00:00' || packet.chaddr.endsWith(uuid.macTail);
      return {
        kind: uuid.kind === 'pi4' ? 'eeprom-pi4' : 'eeprom-pi5',
        offerIsFinal: false,
        timing: uuid.kind === 'pi4' ? '4B' : 'default',
        serial: uuid.serial,
        revision: uuid.revision,
        ...(decoded.ok ? { model: decoded.revision.model.name } : { doubt: decoded.reason }),
        ...(told ? {} : { doubt: `option 97 names a MAC that ends in ${uuid.macTail}, not ${packet.chaddr}` }),
      };
    }
    case 'other':
      return undefined;
  }
}

/** A ROM cannot be reprogrammed: another transaction id or length means that something else imitates it. */
function romDoubt(packet: Dhcpv4Packet, length: number, expected: number): { doubt?: string } {
  if (packet.xid !== ROM_XID) return { doubt: `transaction id ${packet.xid.toString(16)} is not that of a Pi 3 ROM` };
  if (length !== expected) return { doubt: `${length} bytes of DHCP, expected ${expected} of this ROM` };
  return {};
}

function other(kind: ClientKind, className: string, more: Partial<Classification> = {}): Classification {
  return { kind, answer: 'plain', firmware: true, offerIsFinal: false, timing: 'default', className, ...more };
}

/** iPXE gives the same class as a Pi on its way, and names itself in the user class (RFC 3004). */
function isIpxe(packet: Dhcpv4Packet): boolean {
  return readText(packet.options, DhcpOption.userClass)?.includes('iPXE') ?? false;
}
