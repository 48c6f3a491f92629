import { z } from 'zod';
import { type Route, route } from '../http/route.ts';
import { openApiOf } from './document.ts';
import { PAGE_POLICY, pageOf } from './page.ts';

const group = 'documentation';

/** What tells of all routes, and of itself. They are open: a newcomer reads before there is a key. */
export function documentationRoutes(all: () => readonly Route[]): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/openapi.json',
      name: 'getOpenApi',
      summary: 'This API as OpenAPI 3.1',
      group,
      needs: 'open',
      answers: {
        200: { description: 'the document', schema: z.looseObject({ openapi: z.string(), paths: z.looseObject({}) }) },
      },
      errors: [],
      handle: ({ services }) => ({ status: 200, body: openApiOf(all(), services.publicUrl) }),
    }),
    route({
      method: 'GET',
      path: '/docs',
      name: 'getDocs',
      summary: 'This API as a page to read; it loads nothing from elsewhere',
      group,
      needs: 'open',
      answers: { 200: { description: 'the page', type: 'text/html' } },
      errors: [],
      handle: ({ services }) => ({
        status: 200,
        body: pageOf(all(), services.publicUrl),
        headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY },
      }),
    }),
  ];
}
