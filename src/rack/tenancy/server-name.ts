/** Names of servers: what a customer calls a board. They are the first label of its host name. */

/** Lower case, and a DNS label (RFC 1123 §2.1) of 3 to 20 characters. */
export type ServerName = string & { readonly __brand: 'ServerName' };

export const SERVER_NAME_EXPECTED =
  'a name of 3 to 20 letters, digits and hyphens that begins and ends with a letter or digit';

/** Reads a name in any case: clients check the lower-case spelling and send the one that was typed. Undefined: it is none. */
export function serverName(text: string): ServerName | undefined {
  return /^[a-z0-9][a-z0-9-]{1,18}[a-z0-9]$/i.test(text) ? (text.toLowerCase() as ServerName) : undefined;
}

/** Without vowels and what looks alike, so that no word and no misreading comes out. */
const LETTERS = 'bcdfghjkmnpqrstvwxz';
const SYMBOLS = `${LETTERS}23456789`;
const LENGTH = 9;

/** A name that nobody chose, from `LENGTH` random numbers of 0 to below 1. It begins with a letter. */
export function generatedName(random: () => number): ServerName {
  const pick = (symbols: string) => symbols[Math.floor(random() * symbols.length)] as string;
  return Array.from({ length: LENGTH }, (_, i) => pick(i === 0 ? LETTERS : SYMBOLS)).join('') as ServerName;
}
