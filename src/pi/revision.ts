/**
 * Board revision words: `NOQuuuWuFMMMCCCCPPPPTTTTTTTTRRRR`, as in /proc/cpuinfo and in option 97 of a Pi 4
 * (Raspberry Pi documentation, "Raspberry Pi revision codes"; pi-boot §1.9).
 */
import { type PiModel, piModelByType } from './models.ts';

export interface Revision {
  readonly model: PiModel;
  readonly memoryMb: number;
  /** Board revision: the `4` of `1.4`. */
  readonly revision: number;
  readonly manufacturer: string;
  readonly processor: 'BCM2836' | 'BCM2837' | 'BCM2711' | 'BCM2712';
  /** OTP was used to raise voltages: the board was overclocked out of warranty. */
  readonly warrantyVoid: boolean;
  readonly overvoltageDisabled: boolean;
  readonly otpProgrammingDisabled: boolean;
  readonly otpReadingDisabled: boolean;
  /** The word as people look it up: `a020d3`. */
  readonly code: string;
}

export type RevisionResult =
  | { readonly ok: true; readonly revision: Revision }
  | { readonly ok: false; readonly reason: string };

const MEMORY_MB = Object.freeze([256, 512, 1024, 2048, 4096, 8192, 16384]);
const MANUFACTURERS = Object.freeze(['Sony UK', 'Egoman', 'Embest', 'Sony Japan', 'Embest', 'Stadium']);
const PROCESSORS = Object.freeze(['BCM2835', 'BCM2836', 'BCM2837', 'BCM2711', 'BCM2712'] as const);

/** What a revision word says, or why it says nothing: old-style words and models without a 64-bit SoC are refused. */
export function decodeRevision(word: number): RevisionResult {
  if (!Number.isInteger(word) || word < 0 || word > 0xffffffff) {
    return { ok: false, reason: `expected a 32-bit revision word, got ${word}` };
  }
  const code = word.toString(16).padStart(6, '0');
  if (((word >>> 23) & 1) === 0) return { ok: false, reason: `${code} is an old-style revision word (Raspberry Pi 1)` };
  const typeByte = (word >>> 4) & 0xff;
  const model = piModelByType(typeByte);
  if (!model) return { ok: false, reason: `${code} names model type 0x${typeByte.toString(16)}, which is not known` };
  const memoryMb = MEMORY_MB[(word >>> 20) & 7];
  if (memoryMb === undefined)
    return { ok: false, reason: `${code} names memory size ${(word >>> 20) & 7}, which is not known` };
  const processor = PROCESSORS[(word >>> 12) & 15];
  if (processor === undefined || processor === 'BCM2835') {
    return {
      ok: false,
      reason: `${code} names processor ${(word >>> 12) & 15}, which does not belong to a ${model.name}`,
    };
  }
  const maker = (word >>> 16) & 15;
  return {
    ok: true,
    revision: {
      model,
      memoryMb,
      revision: word & 15,
      manufacturer: MANUFACTURERS[maker] ?? `manufacturer ${maker}`,
      processor,
      warrantyVoid: ((word >>> 25) & 1) === 1,
      overvoltageDisabled: word >>> 31 === 1,
      otpProgrammingDisabled: ((word >>> 30) & 1) === 1,
      otpReadingDisabled: ((word >>> 29) & 1) === 1,
      code,
    },
  };
}
