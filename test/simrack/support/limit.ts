/** Of real time, on the slowest machine that does other things beside: virtual time has limits of its own. */
export const LIMIT_MS = 900_000;
