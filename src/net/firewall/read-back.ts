/** What `nft --json list table` says of the table, held against what was written. Pure. */
import { commentOf, type FirewallSpec, TABLE } from './rules.ts';

export interface FirewallSeen {
  /** By set, elements as nft writes them. */
  readonly sets: ReadonlyMap<string, readonly string[]>;
  /** By chain, the comments of its rules in order. */
  readonly chains: ReadonlyMap<string, readonly string[]>;
  /** Packets that each dropping rule has counted, by name. */
  readonly drops: ReadonlyMap<string, number>;
}

type Json = Readonly<Record<string, unknown>>;

const MAC = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/;

export function parseFirewall(stdout: string): FirewallSeen {
  const parsed = JSON.parse(stdout) as { readonly nftables?: readonly Json[] };
  const sets = new Map<string, string[]>();
  const chains = new Map<string, string[]>();
  const drops = new Map<string, number>();
  for (const entry of parsed.nftables ?? []) {
    const set = own(entry.set);
    if (set !== undefined) sets.set(String(set.name), list(set.elem).map(elementText));
    const chain = own(entry.chain);
    if (chain !== undefined) chains.set(String(chain.name), chains.get(String(chain.name)) ?? []);
    const rule = own(entry.rule);
    if (rule === undefined) continue;
    const name = String(rule.chain);
    const comment = String(rule.comment ?? '');
    chains.set(name, [...(chains.get(name) ?? []), comment]);
    for (const expression of list(rule.expr) as Json[]) {
      const counter = expression.counter as Json | undefined;
      if (counter === undefined) continue;
      const key = comment.split(' ')[0] ?? '';
      drops.set(key, (drops.get(key) ?? 0) + Number(counter.packets));
    }
  }
  return { sets, chains, drops };
}

/** What is not as written, a sentence each; empty: all is. */
export function differences({ sets, meters, chains }: FirewallSpec, seen: FirewallSeen): string[] {
  const found: string[] = [];
  for (const { name, elements } of sets) {
    const read = new Set(seen.sets.get(name) ?? []);
    const missing = elements.filter((element) => !read.delete(element));
    if (missing.length > 0) found.push(`set ${name} lacks ${missing.join(', ')}`);
    if (read.size > 0) found.push(`set ${name} has ${[...read].join(', ')} too`);
  }
  // What is in a meter is the kernel's.
  for (const { name } of meters) if (!seen.sets.has(name)) found.push(`set ${name} is missing`);
  for (const { name, rules } of chains) {
    const read = seen.chains.get(name);
    const wanted = rules.map(commentOf);
    if (read === undefined) found.push(`chain ${name} is missing`);
    else if (read.join('\n') !== wanted.join('\n')) {
      found.push(`chain ${name} has the rules ${read.join(', ') || 'none'}; expected ${wanted.join(', ')}`);
    }
  }
  return found;
}

function own(value: unknown): Json | undefined {
  const object = value as Json | undefined;
  return object?.table === TABLE ? object : undefined;
}

/** `"vlan101" . 2001:db8:20:1::/64`, as it was written; a MAC has no quotes. */
function elementText(element: unknown): string {
  if (typeof element === 'string') return MAC.test(element) ? element : `"${element}"`;
  if (!('concat' in (element as Json))) return '';
  const parts = list((element as Json).concat);
  return parts.map((part, place) => (place === 0 ? `"${String(part)}"` : partText(part))).join(' . ');
}

function partText(part: unknown): string {
  if (typeof part === 'string') return part;
  const prefix = (part as Json).prefix as Json | undefined;
  return prefix === undefined ? JSON.stringify(part) : `${String(prefix.addr)}/${String(prefix.len)}`;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
