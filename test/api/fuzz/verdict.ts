import { ERRORS, type ErrorCode } from '../../../src/api/http/errors.ts';
import { errorsOf, type Route } from '../../../src/api/http/route.ts';
import { errorAnswer } from '../../../src/api/openapi/document.ts';
import type { RawAnswer } from '../support/raw-http.ts';

/** Answers to what is no HTTP request: no route has seen it. */
const OF_THE_SERVER: readonly ErrorCode[] = ['bad_request', 'headers_too_large'];
/** Declared by routes, and yet never to be seen while the controller is there and nothing is wrong with the API. */
const NEVER: readonly ErrorCode[] = ['internal', 'controller_away', 'too_many_requests'];

/** What is wrong with the answer; undefined: nothing, it is what the route says that it answers. */
export function wrong(route: Route, answer: RawAnswer): string | undefined {
  const spec = route.answers[answer.status];
  if (spec === undefined) return wrongError(route, answer);
  for (const name of Object.keys(spec.headers ?? {}))
    if (!answer.headers.has(name)) return `expected the header ${name}`;
  const type = answer.headers.get('content-type') ?? '';
  if (spec.schema === undefined) {
    if (spec.type !== undefined) return type.startsWith(spec.type) ? undefined : `expected ${spec.type}, got ${type}`;
    return answer.text === '' ? undefined : 'expected no body';
  }
  if (!type.startsWith('application/json')) return `expected JSON, got ${type}`;
  const body: unknown = JSON.parse(answer.text);
  const read = spec.schema.safeParse(body);
  if (!read.success) return `the body is not as the schema: ${read.error.message}`;
  // A schema drops what it does not know: what it has kept must be all.
  return JSON.stringify(sorted(read.data)) === JSON.stringify(sorted(body))
    ? undefined
    : 'the body has more than the schema';
}

function wrongError(route: Route, answer: RawAnswer): string | undefined {
  const read = errorAnswer.strict().safeParse(parsed(answer.text));
  if (!read.success) return `neither an answer of the route nor a refusal: ${read.error.message}`;
  const { code, request_id } = read.data;
  if (ERRORS[code].status !== answer.status) return `${code} with the status ${answer.status}`;
  if (answer.headers.get('x-request-id') !== request_id) return 'expected one id in header and body';
  if (NEVER.includes(code)) return `expected no ${code}`;
  const closed = answer.headers.get('connection') === 'close' && OF_THE_SERVER.includes(code);
  return closed || errorsOf(route).includes(code) ? undefined : `${code} is no error of ${route.name}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, each]) => [name, sorted(each)]);
}
