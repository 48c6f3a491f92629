/** Which process of this side of the bundle a process inside is: to end it without a command's start in between. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * @param first first process of the bundle, as numbered here
 * @param inside number of the wanted process inside
 * @returns its number here; undefined where there is none
 */
export function pidOutside(first: number, inside: number): number | undefined {
  const namespace = readlinkSync(`/proc/${first}/ns/pid`);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => {
      try {
        // proc(5): the numbers of the process in each namespace, from the one of this /proc to its own.
        const numbers = /^NSpid:\t(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]?.split('\t') ?? [];
        return Number(numbers.at(-1)) === inside && readlinkSync(`/proc/${pid}/ns/pid`) === namespace;
      } catch {
        // It ended while it was looked at.
        return false;
      }
    });
}
