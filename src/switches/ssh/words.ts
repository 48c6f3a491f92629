/**
 * The one way from data to a command: only a `Word` can be put into one, and only this file makes them, each kind by a
 * strict pattern. A name with a quote, a space, a semicolon or a line end in it never reaches a switch; it is refused.
 */
import type { VlanId } from '../../rack/units.ts';
import { UnsafeName } from './errors.ts';

export type Word = string & { readonly __brand: 'Word' };

interface Kind {
  readonly kind: string;
  readonly pattern: RegExp;
  readonly expected: string;
}

const JUNOS_PORT: Kind = {
  kind: 'interface',
  pattern: /^(?:(?:fe|ge|mge|xe|et)-\d{1,2}\/\d{1,2}\/\d{1,3}|ae\d{1,3})$/,
  expected: 'a name such as ge-0/0/7 or ae0',
};

const JUNOS_VLAN: Kind = {
  kind: 'VLAN name',
  pattern: /^[A-Za-z][A-Za-z0-9_.-]{0,62}$/,
  expected: 'a letter, then letters, digits, ".", "_" or "-"',
};

// A name that is a number would be taken for one (":serialize" makes 12.000000 of it), so a letter comes first.
const ROUTEROS_NAME: Kind = {
  kind: 'interface',
  pattern: /^[A-Za-z][A-Za-z0-9_.-]{0,62}$/,
  expected: 'a letter, then letters, digits, ".", "_" or "-"',
};

const ROUTEROS_ID: Kind = { kind: 'row', pattern: /^\*[0-9A-Fa-f]{1,8}$/, expected: 'an internal id such as *1A' };

const JUNOS_MODE: Kind = { kind: 'interface mode', pattern: /^(?:access|trunk)$/, expected: 'access or trunk' };

export const junosPort = maker(JUNOS_PORT);
export const junosVlan = maker(JUNOS_VLAN);
export const junosMode = maker(JUNOS_MODE);
export const routerosName = maker(ROUTEROS_NAME);
export const routerosId = maker(ROUTEROS_ID);

/** @throws UnsafeName */
export function vlanWord(vlan: VlanId | number): Word {
  return numberWord('VLAN', vlan, 1, 4094);
}

/** @throws UnsafeName */
export function portNumber(port: number): Word {
  return numberWord('port', port, 1, 99);
}

/** A command or a part of one, from fixed text and words. */
export function line(fixed: TemplateStringsArray, ...words: readonly Word[]): Word {
  return fixed.reduce((text, part, place) => text + words[place - 1] + part) as Word;
}

/** As RouterOS takes a list; an empty one is an empty string. */
export function wordList(words: readonly Word[]): Word {
  return (words.length === 0 ? '""' : words.join(',')) as Word;
}

function maker({ kind, pattern, expected }: Kind): (name: string) => Word {
  return (name) => {
    if (!pattern.test(name)) throw new UnsafeName(kind, name, expected);
    return name as Word;
  };
}

function numberWord(kind: string, value: number, least: number, most: number): Word {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new UnsafeName(kind, String(value), `a whole number from ${least} to ${most}`);
  }
  return String(value) as Word;
}
