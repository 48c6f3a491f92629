/** The kernel's command line, in so far as a virtual board obeys it (kernel documentation, nfsroot.rst; pi-boot §4). */
import { type Ipv4, parseIpv4 } from '../../wire/address.ts';
import type { Ipv4Settings } from './os-port.ts';

/** The value of the last `name=…`; undefined where there is none. */
export function parameter(cmdline: string, name: string): string | undefined {
  let value: string | undefined;
  for (const word of cmdline.split(/\s+/)) if (word.startsWith(`${name}=`)) value = word.slice(name.length + 1);
  return value;
}

export type IpParameter =
  | { readonly kind: 'dhcp'; readonly hostname: string }
  | { readonly kind: 'static'; readonly ipv4: Ipv4Settings; readonly hostname: string }
  | { readonly kind: 'off' };

const AUTOMATIC = new Set(['', 'dhcp', 'on', 'any', 'both', 'bootp']);

/** `ip=<client>:<server>:<gateway>:<netmask>:<host>:<device>:<autoconf>…`, or one word; without it the kernel asks DHCP. */
export function parseIpParameter(value: string | undefined): IpParameter {
  if (value === undefined || AUTOMATIC.has(value)) return { kind: 'dhcp', hostname: '' };
  if (value === 'off' || value === 'none') return { kind: 'off' };
  const [client = '', server = '', gateway = '', mask = '', host = '', , autoconf = ''] = value.split(':');
  if (client === '') return AUTOMATIC.has(autoconf) ? { kind: 'dhcp', hostname: host } : { kind: 'off' };
  return {
    kind: 'static',
    hostname: host,
    ipv4: {
      address: parseIpv4(client),
      prefixLength: mask === '' ? classfulPrefix(client) : maskLength(mask),
      router: optional(gateway),
      server: optional(server),
    },
  };
}

export interface NfsRoot {
  readonly server: Ipv4;
  /** Absolute directory on the server. */
  readonly path: string;
  /** NFS options in the order of the command line: `vers` to `3`, flags to ''. */
  readonly options: ReadonlyMap<string, string>;
}

/** `nfsroot=[<server>:]<directory>[,<options>]`; throws a RangeError that says what was expected. */
export function parseNfsRoot(cmdline: string, dhcpServer: Ipv4 | undefined): NfsRoot {
  const value = parameter(cmdline, 'nfsroot');
  if (value === undefined)
    throw new RangeError('expected nfsroot=<server>:<directory> on the command line, found none');
  const [place = '', ...rest] = value.split(',');
  const colon = place.indexOf(':');
  const server = colon < 0 ? dhcpServer : parseIpv4(place.slice(0, colon));
  const path = place.slice(colon + 1);
  if (server === undefined) throw new RangeError(`nfsroot=${value} names no server, and DHCP told none`);
  if (!path.startsWith('/')) throw new RangeError(`expected an absolute directory in nfsroot=${value}`);
  const options = new Map(
    rest.map((option) => {
      const equals = option.indexOf('=');
      return equals < 0 ? ([option, ''] as const) : ([option.slice(0, equals), option.slice(equals + 1)] as const);
    }),
  );
  return { server, path, options };
}

function optional(text: string): Ipv4 | undefined {
  return text === '' ? undefined : parseIpv4(text);
}

function maskLength(mask: string): number {
  const [a, b, c, d] = parseIpv4(mask).split('.').map(Number) as [number, number, number, number];
  return Math.clz32(~((a << 24) | (b << 16) | (c << 8) | d));
}

/** Without a netmask the kernel goes by the address's class. */
function classfulPrefix(address: string): number {
  const first = Number(address.split('.')[0]);
  return first < 128 ? 8 : first < 192 ? 16 : 24;
}
