/** OpenAPI 3.1 of the routes, made from the schemas that read requests and the table of errors: nothing is told twice. */
import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../http/errors.ts';
import { type AnswerSpec, errorsOf, type Route } from '../http/route.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly JsonSchema[];
  readonly requestBody?: JsonSchema;
  readonly responses: Readonly<Record<string, JsonSchema>>;
}

export interface OpenApi {
  readonly openapi: '3.1.1';
  readonly info: JsonSchema;
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: JsonSchema;
}

export function openApiOf(routes: readonly Route[], publicUrl: string): OpenApi {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes)
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  return {
    openapi: '3.1.1',
    info: {
      title: 'pirack',
      version: '1',
      description: 'Raspberry Pis in a rack, as servers: ordered, switched, reimaged and reached over IPv6.',
    },
    servers: [{ url: publicUrl }],
    tags: [...new Set(routes.map(({ group }) => group))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        basic: { type: 'http', scheme: 'basic', description: 'id and secret of a key' },
        bearer: { type: 'http', scheme: 'bearer', description: 'a token from /login' },
      },
      schemas: { Error: ERROR },
      headers: {
        RequestId: { description: 'to find the request in the log', schema: { type: 'string', format: 'uuid' } },
      },
    },
  };
}

/** The body of every refusal. */
export const errorAnswer = z.object({
  error: z.string().describe('what was wrong and what was expected; at /login a word of RFC 6749 §5.2'),
  error_description: z.string().optional().describe('at /login: the sentence'),
  code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]).describe('stays the same; made for programs'),
  request_id: z.string(),
});

const ERROR = jsonSchema(errorAnswer, 'output');

/** Keys in both forms work everywhere (RFC 7617, RFC 6750). */
const KEYED = [{ basic: [] }, { bearer: [] }];
/** A route without a key that logs in by Basic credentials. */
const LOGIN = [{ basic: [] }];

function operation(route: Route): Operation {
  const parameters = [
    ...parametersOf(route.params, 'path'),
    ...parametersOf(route.query, 'query'),
    ...(route.idempotent ? [IDEMPOTENCY_KEY] : []),
    ...(route.resumable ? [LAST_EVENT_ID] : []),
  ];
  const open = route.errorStyle === 'oauth' ? LOGIN : [];
  return {
    operationId: route.name,
    summary: route.summary,
    description: route.needs === 'open' ? 'Needs no key.' : `Needs a key of scope ${route.needs} or above.`,
    tags: [route.group],
    security: route.needs === 'open' ? open : KEYED,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined ? {} : { requestBody: requestBody(route, route.body) }),
    responses: { ...answersOf(route), ...errorResponses(route) },
  };
}

const IDEMPOTENCY_KEY: JsonSchema = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'a request that is sent again with the same key does nothing twice, and is answered as before',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
};

const LAST_EVENT_ID: JsonSchema = {
  name: 'Last-Event-ID',
  in: 'header',
  required: false,
  description: 'the last event that was read: the stream goes on after it; it goes before `after`',
  schema: { type: 'string', pattern: '^[0-9]{1,15}$' },
};

function parametersOf(schema: z.ZodType | undefined, place: 'path' | 'query'): JsonSchema[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

function requestBody({ bodyType }: Route, schema: z.ZodType): JsonSchema {
  const content = { schema: jsonSchema(schema, 'input') };
  return {
    // A body that is left out is read as an empty object: where that is enough, none is needed.
    required: !schema.safeParse({}).success,
    content: {
      ...(bodyType === 'form' ? { 'application/x-www-form-urlencoded': content } : {}),
      'application/json': content,
    },
  };
}

function answersOf({ answers }: Route): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(answers).map(([status, spec]) => [status, answer(spec)]));
}

function answer({ description, schema, type, headers = {} }: AnswerSpec): JsonSchema {
  const media = schema === undefined ? type : 'application/json';
  return {
    description,
    headers: {
      'X-Request-Id': { $ref: '#/components/headers/RequestId' },
      ...Object.fromEntries(
        Object.entries(headers).map(([name, text]) => [name, { description: text, schema: { type: 'string' } }]),
      ),
    },
    ...(media === undefined
      ? {}
      : { content: { [media]: { schema: schema === undefined ? { type: 'string' } : jsonSchema(schema, 'output') } } }),
  };
}

/** Refusals with one status are one response, whose description tells them apart. */
function errorResponses(route: Route): Record<string, JsonSchema> {
  const responses: Record<string, JsonSchema> = {};
  const codes = errorsOf(route);
  for (const status of new Set(codes.map((code) => ERRORS[code].status))) {
    const those = codes.filter((code) => ERRORS[code].status === status);
    responses[status] = {
      description: those.map((code) => `\`${code}\`: ${ERRORS[code].title}`).join('; '),
      headers: { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } },
      content: {
        'application/json': {
          schema: { allOf: [{ $ref: '#/components/schemas/Error' }, { properties: { code: { enum: those } } }] },
        },
      },
    };
  }
  return responses;
}

/** OpenAPI 3.1 schemas are JSON Schema 2020-12. */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
  return rest;
}
