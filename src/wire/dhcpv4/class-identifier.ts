/** Option 60, vendor class identifier (RFC 2132 §9.13), and the form that PXE clients give it (RFC 4578 §3). */
import { DhcpOption } from './options.ts';
import { type OptionMap, readText } from './values.ts';

/** `PXEClient:Arch:xxxxx:UNDI:yyyzzz`, five and six decimal digits. */
export interface PxeClass {
  /** IANA "Processor Architecture Types"; 0 = x86 BIOS, which every Raspberry Pi claims to be (pi-boot §2.1). */
  readonly architecture: number;
  readonly undiMajor: number;
  readonly undiMinor: number;
}

const PXE_CLASS = /^PXEClient:Arch:(\d{5}):UNDI:(\d{3})(\d{3})/;

export function readClassIdentifier(options: OptionMap): string | undefined {
  return readText(options, DhcpOption.classIdentifier);
}

/** The fields of a PXE class identifier, or undefined for any other text. */
export function parsePxeClass(text: string): PxeClass | undefined {
  const match = PXE_CLASS.exec(text);
  if (!match) return undefined;
  return { architecture: Number(match[1]), undiMajor: Number(match[2]), undiMinor: Number(match[3]) };
}
