/**
 * Octets of a recorder that read what snmpwalk prints and took only its first line for hex: sixteen octets are right, and
 * the others still stand there as text, "\nFF FF FF …", a line for every sixteen. Left alone, the port list of a switch
 * with a thousand ports is three times too long and full of ports that it has not.
 */
const LINE = 16;
const REST = /^\n(?:(?:[0-9A-F]{2} ){16}\n)*(?:[0-9A-F]{2} ){0,15}[0-9A-F]{2} ?$/;

/** The octets that the switch sent; undefined where they are as they were recorded. */
export function unprinted(octets: Buffer): Buffer | undefined {
  if (octets.length <= LINE) return undefined;
  const rest = octets.toString('latin1', LINE);
  if (!REST.test(rest)) return undefined;
  return Buffer.concat([octets.subarray(0, LINE), Buffer.from(rest.replaceAll(/\s/g, ''), 'hex')]);
}
