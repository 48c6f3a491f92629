import { z } from 'zod';
import { refused } from '../http/auth/authenticate.ts';
import { credentials } from '../http/auth/credentials.ts';
import { TOKEN_LIFE } from '../http/auth/tokens.ts';
import { ApiError } from '../http/errors.ts';
import { route } from '../http/route.ts';

const grant = z
  .object({ grant_type: z.string().optional().describe('client_credentials, or left out') })
  .describe('OAuth 2.0 client credentials (RFC 6749 §4.4)');

const token = z.object({
  access_token: z.string(),
  expires_in: z.int().describe('seconds without a use after which the token ends'),
  token_type: z.literal('bearer'),
});

export const login = route({
  method: 'POST',
  path: '/login',
  name: 'login',
  summary: 'A token for a key',
  group: 'login',
  needs: 'open',
  body: grant,
  bodyType: 'form',
  errorStyle: 'oauth',
  answers: { 200: { description: 'a token that lives on while it is used', schema: token } },
  errors: ['unauthorized', 'bad_request', 'controller_away'],
  handle: ({ body, services, caller, authorization }) => {
    const given = credentials(authorization);
    if (given?.kind !== 'basic') throw refused('expected the id and secret of a key as Basic credentials');
    if ((body.grant_type ?? 'client_credentials') !== 'client_credentials')
      throw new ApiError('bad_request', 'grant_type: expected client_credentials');
    const key = services.authenticator.login(given.id, given.secret, caller.address);
    return {
      status: 200,
      body: {
        access_token: services.tokens.issue(key.id),
        expires_in: TOKEN_LIFE / 1000,
        token_type: 'bearer',
      } satisfies z.infer<typeof token>,
    };
  },
});
