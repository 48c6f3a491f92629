/**
 * Text of a board, a switch or a client made fit for logs, tables and terminals: what is not printable ASCII becomes `?`,
 * and what is longer than `longest` is cut. Whoever takes text from the wire into an event calls this.
 */
export function printable(text: string, longest = Number.POSITIVE_INFINITY): string {
  return text.slice(0, longest).replaceAll(/[^\x20-\x7e]/g, '?');
}
