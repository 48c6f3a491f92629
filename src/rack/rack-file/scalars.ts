/** The single values of a rack file as zod schemas; `.meta({ expected })` is what a message says would be right. */
import { z } from 'zod';
import type { Ipv6 } from '../../wire/address.ts';
import { nearest } from '../nearest.ts';
import type { SecretRef, SnmpAuth, SnmpPriv } from '../plan.ts';
import { parsePorts } from '../port-range.ts';
import { NAT64_KINDS, type Prefix, PrefixError, parseAddress, parsePrefix } from '../prefix.ts';
import { DURATION_EXPECTED, parseDuration, parseSize, parseWatts, SIZE_EXPECTED, WATTS_EXPECTED } from '../quantity.ts';
import { parseRange, type RangeLimits, RangeSyntaxError } from '../range.ts';
import type { Bytes, Millis } from '../units.ts';
import type { IssueParams } from './tolerant.ts';

/** Fails a transform with a message and what was expected; without either, the value is quoted and `.meta()` asked. */
export function fail(context: z.RefinementCtx, message: string, params: IssueParams): never {
  context.addIssue({ code: 'custom', message, params: { ...params, message } });
  return z.NEVER;
}

export function matching(pattern: RegExp, expected: string) {
  return z.string().regex(pattern).meta({ expected });
}

export const rackName = matching(
  // The state of all racks lies beside the directory `images`.
  /^(?!images$)[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?$/,
  'a name of at most 32 ASCII letters, digits and inner hyphens, such as oak-12, and not images',
);

/** Switches and images: a little freer than a host name. */
export const plainName = matching(
  /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/,
  'a name of at most 63 ASCII letters, digits, dots, hyphens and underscores, beginning with a letter or digit',
);

/** An image of the rack file's list, or an imported one: its last version, or the one that is named. */
export const imageReference = matching(
  /^[a-zA-Z0-9][a-zA-Z0-9._+-]{0,62}(?::[a-zA-Z0-9][a-zA-Z0-9._+-]{0,62})?$/,
  'the name of an image, or NAME:VERSION of an imported one',
);

export const zoneName = z
  .string()
  .max(200)
  .regex(/^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*\.?$/)
  .transform((zone) => zone.replace(/\.$/, '').toLowerCase())
  .meta({ expected: 'a DNS zone of ASCII labels, such as pi.example.net' });

/** Linux: IFNAMSIZ is 16 bytes with its NUL. */
export const interfaceName = matching(
  /^(?!\.{1,2}$)[!-.0-9;-~]{1,15}$/,
  'a network interface name of at most 15 characters without spaces, slashes and colons, such as eth1',
);

export function integer(min: number, max: number, what: string) {
  return z
    .int()
    .min(min)
    .max(max)
    .meta({ expected: `${what} from ${min} to ${max}` });
}

export const duration = z
  .string()
  .transform((text, context) => parseDuration(text) ?? fail(context, '', {}))
  .meta({ expected: DURATION_EXPECTED });

export const positiveDuration = z
  .string()
  .transform((text, context) => parseDuration(text) || fail(context, '', {}))
  .meta({ expected: `${DURATION_EXPECTED}, longer than nothing` });

export function durationBetween(shortest: Millis, longest: Millis, expected: string) {
  return z
    .string()
    .transform((text, context) => {
      const value = parseDuration(text);
      return value !== undefined && value >= shortest && value <= longest ? value : fail(context, '', {});
    })
    .meta({ expected });
}

export const power = z
  .string()
  .transform((text, context) => parseWatts(text) ?? fail(context, '', {}))
  .meta({ expected: WATTS_EXPECTED });

export const size = z
  .string()
  .transform((text, context) => parseSize(text) ?? fail(context, '', {}))
  .meta({ expected: SIZE_EXPECTED });

/** Less holds nothing that a system writes while it starts. */
const SMALLEST_DISK = 100e6;

/** What a board may write; `none`: as much as there is. */
export const diskSize = z
  .string()
  .transform((text, context): Bytes | 'none' => {
    if (text.trim() === 'none') return 'none';
    const value = parseSize(text);
    if (value === undefined) return fail(context, '', {});
    if (value >= SMALLEST_DISK) return value;
    return fail(context, `a disk of ${text} is too small for a board to start`, { expected: '100 MB or more' });
  })
  .meta({ expected: `none, or ${SIZE_EXPECTED}` });

/** A number or a text of numbers and ranges. */
export function range(limits: RangeLimits, what: string) {
  return z
    .union([z.int(), z.string()])
    .transform((text, context): readonly number[] => {
      try {
        return parseRange(String(text), limits);
      } catch (error) {
        if (!(error instanceof RangeSyntaxError)) throw error;
        return fail(context, error.message, { expected: error.expected });
      }
    })
    .meta({ expected: `${what} from ${limits.min} to ${limits.max}, such as 1-36,40` });
}

export const ports = z
  .union([z.int().min(0), z.string()])
  .transform((text, context): readonly string[] => {
    try {
      return parsePorts(String(text));
    } catch (error) {
      if (!(error instanceof RangeSyntaxError)) throw error;
      return fail(context, error.message, { expected: error.expected });
    }
  })
  .meta({ expected: 'port names such as 1-36 or 1/0/1-24,1/0/48' });

export function prefix(family: 4 | 6, lengths: { min: number; max: number }, kinds?: readonly string[]) {
  const example = family === 4 ? '10.20.0.0/22' : kinds === NAT64_KINDS ? '64:ff9b::/96' : '2001:db8:20::/56';
  const what = `an IPv${family} prefix of length ${lengths.min} to ${lengths.max}, such as ${example}`;
  return z
    .string()
    .transform((text, context): Prefix => {
      try {
        const value = parsePrefix(text, family, kinds);
        if (value.length >= lengths.min && value.length <= lengths.max) return value;
        return fail(context, `${value.text} has the length ${value.length}`, { expected: what });
      } catch (error) {
        if (!(error instanceof PrefixError)) throw error;
        return fail(context, error.message, { expected: error.expected });
      }
    })
    .meta({ expected: what });
}

export const managementAddress = z
  .string()
  .transform((text, context) => {
    const address = parseAddress(text);
    if (!address) return fail(context, '', {});
    if (['multicast', 'broadcast', 'unspecified', 'linkLocal'].includes(address.kind)) {
      return fail(context, `${text} cannot be the address of a switch (${address.kind})`, {});
    }
    return address.text;
  })
  .meta({ expected: 'the IPv4 or IPv6 address of the switch (no name, no zone), such as 192.0.2.11' });

export const ipv6Address = z
  .string()
  .transform((text, context) => {
    const address = parseAddress(text);
    if (address?.family !== 6) return fail(context, '', {});
    if (['multicast', 'unspecified', 'loopback', 'linkLocal'].includes(address.kind)) {
      return fail(context, `${text} cannot be reached from a board (${address.kind})`, {});
    }
    return address.text as Ipv6;
  })
  .meta({ expected: 'an IPv6 address (no name, no zone), such as 2001:db8::53' });

/** Printable ASCII that needs no quoting in exports, mount options and kernel command lines. */
export const PATH = /^[A-Za-z0-9/._+@=~-]+$/;

/** `/srv/x`, `images/x` (below the rack file's folder), `cache:x` or `state:x`. */
export const directory = z
  .string()
  .transform((text, context) => {
    const expected = 'a path of ASCII letters, digits and / . _ + @ = ~ -, absolute, relative, cache:… or state:…';
    if (text.includes('$')) {
      return fail(context, `${text} has a variable, which is not replaced`, {
        expected: 'cache:images/debian-12-pi for a path below the cache directory, or state:… for the state directory',
      });
    }
    const match = /^(?:(cache|state):)?(.+)$/.exec(text);
    const path = match?.[2];
    if (path === undefined || path.length > 1024 || !PATH.test(path)) return fail(context, '', { expected });
    if (match?.[1] && (path.startsWith('/') || path.split('/').includes('..'))) {
      return fail(context, `${text} leaves the ${match[1]} directory`, {
        expected: `${match[1]}: and a path below it`,
      });
    }
    return text;
  })
  .meta({ expected: 'a directory: absolute, relative to the rack file, cache:… or state:…' });

const SECRET_EXPECTED = '{file: PATH} or {env: NAME}: secrets are named in a rack file, never written';

/** The name of a secret. Whatever is written in its place is not quoted in any message. */
export const secret = z
  .unknown()
  .transform((value, context): SecretRef => {
    if (typeof value === 'string' || typeof value === 'number') {
      return fail(context, 'a secret is written in the rack file', { expected: SECRET_EXPECTED });
    }
    const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    const [key, name] = entries[0] ?? [];
    if (entries.length !== 1 || (key !== 'file' && key !== 'env')) {
      return fail(context, 'it does not name one secret', { expected: SECRET_EXPECTED });
    }
    if (key === 'env' && (typeof name !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name))) {
      return fail(context, 'env does not hold the name of an environment variable', {
        expected: 'a name such as RACK_KEY',
      });
    }
    if (key === 'file' && (typeof name !== 'string' || !PATH.test(name) || name.length > 1024)) {
      return fail(context, 'file does not hold a path', { expected: 'a path, absolute or relative to the rack file' });
    }
    return key === 'file' ? { file: name as string } : { env: name as string };
  })
  .meta({ expected: SECRET_EXPECTED, secret: true });

const AUTH: readonly SnmpAuth[] = ['sha1', 'sha224', 'sha256', 'sha384', 'sha512'];
const PRIV: readonly SnmpPriv[] = ['aes128', 'aes256b', 'aes256r'];

/** Why a protocol that other tools offer is refused here. */
const REFUSED: Readonly<Record<string, string>> = {
  md5: 'MD5 is refused: it has been broken for many years',
  des: 'DES is refused: the OpenSSL of this Node has it no more, and its 56 bits protect nothing',
  '3des': '3DES is refused: the SNMP library does not have it',
};

function protocol<T extends string>(known: readonly T[]) {
  const expected = `one of ${known.join(', ')}`;
  return z
    .string()
    .transform((text, context): T => {
      const name = text.toLowerCase().replaceAll(/[-_ ]/g, '');
      const found = known.find((candidate) => candidate === name);
      if (found) return found;
      const refused = REFUSED[name];
      if (refused) return fail(context, refused, { expected });
      const near = nearest(name, known);
      return fail(context, `${JSON.stringify(text.slice(0, 20))} is not known`, {
        expected: near ? `${near}, or another of ${known.join(', ')}` : expected,
      });
    })
    .meta({ expected });
}

export const authProtocol = protocol(AUTH);
export const privProtocol = protocol(PRIV);

/** `127.0.0.1:8080`, `[::1]:8080`. */
export const listenAddress = z
  .string()
  .transform((text, context) => {
    const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):(\d{1,5})$/.exec(text);
    const address = match && parseAddress((match[1] ?? match[2]) as string);
    const port = Number(match?.[3]);
    if (!address || (match?.[1] !== undefined) !== (address.family === 6) || port < 1 || port > 65_535)
      return fail(context, '', {});
    return { host: address.text, port };
  })
  .meta({ expected: 'an address and a port, such as 127.0.0.1:8080 or [::]:443' });

export const publicUrl = z
  .string()
  .transform((text, context) => {
    const url = URL.parse(text);
    const plain = url !== null && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
    if (!plain || !['http:', 'https:'].includes(url.protocol)) return fail(context, '', {});
    return url.origin;
  })
  .meta({ expected: 'scheme and host without a path, such as https://api.example.net' });

export const proxyAddress = z
  .string()
  .refine((text) => {
    const [address, length, more] = text.split('/');
    const parsed = address === undefined ? undefined : parseAddress(address);
    if (!parsed || more !== undefined) return false;
    return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (parsed.family === 4 ? 32 : 128));
  })
  .meta({ expected: 'an address or a prefix, such as 127.0.0.1 or 2001:db8:1::/64' });
