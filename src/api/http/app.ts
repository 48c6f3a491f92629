/** The routes as an express application: who asks, limits, whether they may, the body, then what the schemas make of it. */
import { randomUUID } from 'node:crypto';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { z } from 'zod';
import { printable } from '../../wire/printable.ts';
import { type Caller, mayDo } from './auth/caller.ts';
import { ApiError, type ErrorAnswer, type ErrorCode } from './errors.ts';
import { LIMITS, type Limits, requestRates } from './limits.ts';
import type { Answer, Method, Route } from './route.ts';
import type { Services } from './services.ts';

export interface AppOptions {
  readonly services: Services;
  readonly routes: readonly Route[];
  /** Addresses and prefixes of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  readonly limits?: Limits;
}

/** Customers send key texts and user data; nothing of theirs is larger. */
const MOST_BODY = 256 * 1024;

export function createApp({ services, routes, trustedProxies, limits = LIMITS }: AppOptions): Express {
  const app = express();
  app.set('trust proxy', trustedProxies.length === 0 ? false : [...trustedProxies]);
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.disable('x-powered-by');
  app.use(requestId);
  app.use(helmet());
  // What is true now may not be in a second; and answers are for one customer.
  app.use((_request, response, next) => {
    response.set('cache-control', 'no-store');
    next();
  });
  const rates = requestRates(limits);
  for (const [path, methods] of byPath(routes)) {
    const chain = app.route(path.replaceAll(/\{(\w+)\}/g, ':$1'));
    for (const route of methods) {
      chain[verb(route.method)](
        services.requests.of(route),
        authenticate(route, services),
        ...rates,
        authorise(route),
        ...bodyParsers(route),
        handler(route, services),
      );
    }
    const allowed = methods.map(({ method }) => method).join(', ');
    chain.all((request) => {
      throw new ApiError('method_not_allowed', `${request.method} is not for this address: expected ${allowed}`, {
        headers: { allow: allowed },
      });
    });
  }
  app.use((request) => {
    throw new ApiError('not_found', `nothing is at ${printable(request.path, 100)}`);
  });
  app.use(answerError(services));
  return app;
}

const verb = (method: Method) => method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';

function byPath(routes: readonly Route[]): Map<string, Route[]> {
  const paths = new Map<string, Route[]>();
  for (const route of routes) paths.set(route.path, [...(paths.get(route.path) ?? []), route]);
  return paths;
}

const requestId: RequestHandler = (_request, response, next) => {
  const id = randomUUID();
  response.locals.requestId = id;
  response.set('x-request-id', id);
  next();
};

function authenticate(route: Route, { authenticator }: Services): RequestHandler {
  return (request, response, next) => {
    const address = request.ip ?? '';
    response.locals.errorStyle = route.errorStyle;
    if (route.needs === 'open') {
      response.locals.caller = { key: '', tenant: undefined, scope: undefined, servers: undefined, address };
      return next();
    }
    // A browser keeps Basic credentials and adds them to whatever another site has it send; clients send no such header.
    const site = request.headers['sec-fetch-site'];
    if (site === 'cross-site' || site === 'same-site')
      throw new ApiError(
        'forbidden',
        'this came from a page of another site: expected a client, or a page of this one',
      );
    response.locals.caller = authenticator.caller(request.headers.authorization, address);
    next();
  };
}

/** Behind the limits: a key that asks for what it may not is counted too. */
function authorise({ needs }: Route): RequestHandler {
  return (_request, response, next) => {
    const { caller } = response.locals as { caller: Caller };
    if (needs !== 'open' && !mayDo(caller, needs))
      throw new ApiError('forbidden', `this key has the scope ${caller.scope}: expected ${needs}`);
    next();
  };
}

/** A body is read only where one is taken, and only of the type that is taken. */
function bodyParsers(route: Route): RequestHandler[] {
  if (route.body === undefined) return [];
  const types =
    route.bodyType === 'form' ? ['application/x-www-form-urlencoded', 'application/json'] : ['application/json'];
  const strict: RequestHandler = (request, _response, next) => {
    const has =
      request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
    if (has && !request.is(types))
      throw new ApiError('unsupported_media_type', `expected a body of type ${types.join(' or ')}`);
    next();
  };
  return [
    strict,
    express.json({ limit: MOST_BODY, type: 'application/json' }),
    ...(route.bodyType === 'form' ? [express.urlencoded({ limit: MOST_BODY, extended: false })] : []),
  ];
}

function handler(route: Route, services: Services): RequestHandler {
  return async (request, response) => {
    const { caller, requestId: id } = response.locals as { caller: Caller; requestId: string };
    const requestKey = requestKeyOf(route, caller, request.headers['idempotency-key']);
    const asked = {
      params: read(route.params, request.params, 'path'),
      query: read(route.query, request.query, 'query'),
      body: read(route.body, request.body ?? {}, 'body'),
      caller,
      authorization: request.headers.authorization,
      lastEventId: headerOf(request.headers['last-event-id']),
      services,
      requestId: id,
      requestKey,
    };
    const { method, originalUrl: url, body } = request;
    const answer =
      requestKey === undefined
        ? await route.handle(asked)
        : await services.replays.answer(requestKey, caller.key, { method, url, body }, () => route.handle(asked));
    if (answer.stream === undefined) send(answer, response);
    else open(answer, answer.stream, request, response);
  };
}

const headerOf = (value: string | string[] | undefined) => (typeof value === 'string' ? value : undefined);

/**
 * Without a length and without chunks: what is written goes out as it is, which costs a third of the writes, and the end
 * is the end of the connection (RFC 9112 §6.3).
 */
function open(
  { status, headers }: Answer,
  stream: (response: express.Response) => void,
  request: express.Request,
  response: express.Response,
): void {
  response.status(status).set({ ...headers });
  if (request.method === 'HEAD') return void response.end();
  response.set('connection', 'close').removeHeader('transfer-encoding');
  response.flushHeaders();
  stream(response);
}

const IDEMPOTENCY_KEY = /^[!-~]{1,255}$/;

/** Another customer's key of the same text is another key. */
function requestKeyOf(route: Route, { key }: Caller, header: string | string[] | undefined): string | undefined {
  if (route.idempotent !== true || header === undefined) return undefined;
  if (typeof header !== 'string' || !IDEMPOTENCY_KEY.test(header))
    throw new ApiError('bad_request', 'Idempotency-Key: expected 1 to 255 printable ASCII characters');
  return `${key} ${header}`;
}

function send({ status, body, headers }: Answer, response: express.Response): void {
  response.status(status).set({ ...headers });
  // Express would make a 304 of it for who asks with `If-None-Match: *`: nothing here is ever to be taken from a cache.
  if (body === undefined) response.end();
  else if (typeof body === 'string') response.end(body);
  else response.type('json').end(JSON.stringify(body));
}

function read(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new ApiError('bad_request', `${where}: ${result.error.issues.map(sentence).join('; ')}`);
}

function sentence({ path, message }: z.core.$ZodIssue): string {
  const at = path.map((part) => printable(String(part), 40)).join('.');
  return printable(at === '' ? message : `${at}: ${message}`, 300);
}

/** The last word on everything that was thrown, also by the router and the body parsers. */
function answerError({ log }: Services): ErrorRequestHandler {
  return (cause: unknown, request, response, next) => {
    const id = response.locals.requestId as string;
    if (response.headersSent) return next(cause);
    const error = cause instanceof ApiError ? cause : fromParser(cause);
    if (error.code === 'internal') log.error({ err: cause, requestId: id, path: request.path }, 'a request failed');
    const body = errorBody(error, id, response.locals.errorStyle as Route['errorStyle']);
    response.status(error.status).set(error.headers).json(body);
  };
}

const OAUTH_ERRORS: Partial<Record<ErrorCode, string>> = Object.freeze({
  unauthorized: 'invalid_client',
  bad_request: 'invalid_request',
});

function errorBody({ code, message }: ApiError, id: string, style: Route['errorStyle']): ErrorAnswer {
  const oauth = style === 'oauth' ? OAUTH_ERRORS[code] : undefined;
  if (oauth === undefined) return { error: message, code, request_id: id };
  return { error: oauth, error_description: message, code, request_id: id };
}

/** What express and its body parsers throw: an Error with a status. */
function fromParser(cause: unknown): ApiError {
  const { status, type } = (cause ?? {}) as { status?: number; type?: string };
  if (status === 413) return new ApiError('body_too_large', `expected a body of at most ${MOST_BODY} bytes`, { cause });
  if (status === 415)
    return new ApiError('unsupported_media_type', 'expected a body without compression, in UTF-8', { cause });
  if (type === 'entity.parse.failed') return new ApiError('bad_request', 'body: expected JSON, an object', { cause });
  if (status === 400)
    return new ApiError('bad_request', 'the request cannot be read: expected UTF-8, percent-encoded', { cause });
  return new ApiError('internal', 'a fault of the API itself; tell the request id to whoever runs it', { cause });
}
