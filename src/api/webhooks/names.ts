import { Resolver } from 'node:dns/promises';

/** In milliseconds, of each name server; the second try has twice the first one's (c-ares). */
const PATIENCE = { timeout: 2_000, tries: 2 };

/**
 * All addresses of a name, asked of the DNS itself. getaddrinfo has two threads in all of a process: one tenant's slow
 * name servers would have everybody's deliveries wait. Names of this machine's hosts file lead nowhere.
 */
export function nameResolver(servers?: readonly string[]): (name: string) => Promise<readonly string[]> {
  const resolver = new Resolver(PATIENCE);
  if (servers !== undefined) resolver.setServers(servers);
  return async (name) => {
    const found = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    return found.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
  };
}
