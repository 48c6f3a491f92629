import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { ERRORS, type ErrorAnswer, type ErrorCode } from './errors.ts';

const TEXTS: Readonly<Partial<Record<ErrorCode, string>>> = Object.freeze({
  bad_request: 'this is not HTTP/1.1: expected a request line, headers and a body of the length that is said',
  request_timeout: 'the request did not come in time: expected it whole, without pauses',
  headers_too_large: 'expected headers of at most 16 KiB',
});

const CODES: Readonly<Record<string, ErrorCode>> = Object.freeze({
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'headers_too_large',
});

/** What no route ever sees, because it is no request: the same kind of answer as everywhere, and the end of the connection. */
export function answerBadClient(cause: NodeJS.ErrnoException, socket: Duplex): void {
  if (cause.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = CODES[cause.code ?? ''] ?? 'bad_request';
  const id = randomUUID();
  const answer: ErrorAnswer = { error: TEXTS[code] ?? ERRORS[code].title, code, request_id: id };
  const body = JSON.stringify(answer);
  const head = [
    `HTTP/1.1 ${ERRORS[code].status} ${code}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${id}`,
    'Cache-Control: no-store',
    'Connection: close',
  ];
  // Whoever does not read it holds nothing: the connection ends with it.
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
