/** What is asked of a root that is to be made, beside its image. */
import { z } from 'zod';

export interface Wishes {
  readonly hostName: string;
  /** DNS zone of the host name. */
  readonly zone?: string;
  /** Lines for root's authorized_keys (sshd(8)). */
  readonly authorizedKeys?: readonly string[];
  /** For cloud-init, where the image has it. */
  readonly userData?: string;
  /** `Europe/London`; left out: as the image has it. */
  readonly timeZone?: string;
  readonly network?: NetworkWishes;
  /** File systems that the board mounts when it has started. */
  readonly mounts?: readonly MountWish[];
}

export interface NetworkWishes {
  readonly slot: number;
  readonly ipv4: { readonly address: string; readonly gateway: string };
  readonly ipv6: { readonly address: string; readonly gateway: string };
  /** Resolvers, DNS64 where the network has it. */
  readonly dns: readonly string[];
}

export interface MountWish {
  /** `10.20.0.1:/path` */
  readonly source: string;
  /** Directory below the root, without a leading slash; made if need be. */
  readonly target: string;
  readonly options: string;
}

/** One public key with its options and comment; no control characters, which would begin a line of their own. */
const authorizedKey = z
  .string()
  .max(16_384)
  .regex(
    /^[^\p{Cc}]*(ssh-(ed25519|rsa)|ecdsa-sha2-\S+|sk-\S+) [A-Za-z0-9+/=]{16,}[^\p{Cc}]*$/u,
    'expected a public key such as ssh-ed25519 AAAA… comment',
  );

/** What a person may wish of a root; the rest follows from its slot. */
export const personalWishes = z.strictObject({
  authorizedKeys: z.array(authorizedKey).max(100).optional(),
  /** cloud-init reads at most 64 KiB from most sources; what it cannot read is of no use. */
  userData: z.string().max(65_536).optional(),
  /** As in the tz database, so that the name is a path below zoneinfo and nowhere else. */
  timeZone: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_+-]{0,31}(\/[A-Za-z0-9_+-]{1,32}){0,2}$/, 'expected a time zone such as Europe/London')
    .optional(),
});
export type PersonalWishes = z.infer<typeof personalWishes>;
