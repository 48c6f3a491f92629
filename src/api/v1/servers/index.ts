import type { Route } from '../../http/route.ts';
import { changeServer } from './change.ts';
import { createServer } from './create.ts';
import { getServer, listServers } from './list.ts';
import { removeServer } from './remove.ts';

export const serverRoutes: readonly Route[] = [listServers, createServer, getServer, changeServer, removeServer];
