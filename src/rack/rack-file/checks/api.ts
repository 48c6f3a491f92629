import { parseAddress } from '../../prefix.ts';
import type { CheckContext } from './context.ts';

/** Who the API runs as, and what goes over the network in clear. */
export function checkApi({ draft, report, isGiven }: CheckContext): void {
  const { api } = draft;
  if (api === undefined) return;
  const user = 'user: pirack-api, a user of this machine that owns nothing else';
  if (draft.kind === 'real' && !isGiven(['api', 'user']))
    report(['api', 'user'], 'a real rack’s API faces the internet and needs a user of its own', user);
  if (api.user === 'root') report(['api', 'user'], 'the API must not run as root', user);
  const host = api.listen?.host;
  const loopback = host !== undefined && parseAddress(host)?.kind === 'loopback';
  if (host !== undefined && !loopback && !isGiven(['api', 'tls']))
    report(
      ['api', 'listen'],
      'keys would go over the network in clear',
      'tls: {cert: PATH, key: PATH}, or a loopback address with a proxy in front',
      { severity: 'warning' },
    );
}
