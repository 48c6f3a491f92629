/** What the control socket answers: an HTTP status and JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export function done(body: unknown): Answer {
  return { status: 200, body };
}

export function failed(status: number, error: string): Answer {
  return { status, body: { error } };
}
