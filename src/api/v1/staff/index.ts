/** The whole rack, for the people who run it. */
import type { Route } from '../../http/route.ts';

export const staffRoutes: readonly Route[] = [];
