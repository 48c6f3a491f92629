/**
 * A route as data: what it is called, who may use it, what comes in and what goes out. The router, the validation, the
 * authorisation matrix and OpenAPI are all made from these, so that they cannot tell different stories.
 */
import type { ServerResponse } from 'node:http';
import type { z } from 'zod';
import type { Scope } from '../../rack/tenancy/scope.ts';
import type { Caller } from './auth/caller.ts';
import type { ErrorCode } from './errors.ts';
import type { Services } from './services.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** `open`: without a key. */
export type Needs = Scope | 'open';

export interface AnswerSpec {
  readonly description: string;
  /** Of a JSON body; left out: no body, or one of `type`. */
  readonly schema?: z.ZodType;
  /** Media type of a body that is not JSON. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of a body: takes the response over once its head is sent, writes to it for as long as it likes, and ends it. */
  readonly stream?: (response: ServerResponse) => void;
}

export interface RouteRequest<Params = unknown, Query = unknown, Body = unknown> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly caller: Caller;
  /** The header as it came, for the one route that logs in. */
  readonly authorization: string | undefined;
  /** The header Last-Event-ID as it came, for streams that go on where they ended. */
  readonly lastEventId: string | undefined;
  readonly services: Services;
  readonly requestId: string;
  /** Of the Idempotency-Key and the caller's key together; undefined: none was given. */
  readonly requestKey: string | undefined;
}

export interface Route {
  readonly method: Method;
  /** As in OpenAPI: `/api/v1/servers/{name}`. */
  readonly path: string;
  /** operationId: a verb and a noun. */
  readonly name: string;
  readonly summary: string;
  readonly group: string;
  readonly needs: Needs;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** `form` also takes application/x-www-form-urlencoded. */
  readonly bodyType?: 'json' | 'form';
  /** `oauth`: a failed login is told in the words of RFC 6749 §5.2. */
  readonly errorStyle?: 'oauth';
  /** Whether an `Idempotency-Key` is honoured. */
  readonly idempotent?: boolean;
  /** Whether `Last-Event-ID` is honoured. */
  readonly resumable?: boolean;
  readonly answers: Readonly<Record<number, AnswerSpec>>;
  /** Beside those that every route of its kind may answer with. */
  readonly errors: readonly ErrorCode[];
  readonly handle: (request: RouteRequest) => Promise<Answer> | Answer;
}

interface Typed<Params, Query, Body> extends Omit<Route, 'params' | 'query' | 'body' | 'handle'> {
  readonly params?: z.ZodType<Params>;
  readonly query?: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  readonly handle: (request: RouteRequest<Params, Query, Body>) => Promise<Answer> | Answer;
}

/** A route whose handler sees what the schemas make of the request. */
export function route<Params = Record<string, never>, Query = Record<string, never>, Body = undefined>(
  typed: Typed<Params, Query, Body>,
): Route {
  // The router gives the handler only what these very schemas have read.
  return typed as unknown as Route;
}

/** Errors that any route may answer with, by what it is. */
export function errorsOf(each: Route): readonly ErrorCode[] {
  return [
    ...new Set<ErrorCode>([
      ...each.errors,
      'too_many_requests',
      'internal',
      ...(each.needs === 'open' ? [] : (['unauthorized', 'forbidden', 'controller_away'] as const)),
      ...(each.params || each.query || each.body ? (['bad_request'] as const) : []),
      ...(each.body ? (['body_too_large', 'unsupported_media_type'] as const) : []),
      ...(each.idempotent ? (['request_in_flight', 'idempotency_key_reused'] as const) : []),
    ]),
  ];
}
