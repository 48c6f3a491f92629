import type { Route } from '../../http/route.ts';
import { changeServer } from './change.ts';
import { createServer } from './create.ts';
import { getServer, listServers } from './list.ts';
import { switchPower } from './power.ts';
import { rebootServer } from './reboot.ts';
import { removeServer } from './remove.ts';
import { rootRoutes } from './roots.ts';
import { sshKeyRoutes } from './ssh-keys.ts';

export const serverRoutes: readonly Route[] = [
  listServers,
  createServer,
  getServer,
  changeServer,
  removeServer,
  ...sshKeyRoutes,
  switchPower,
  rebootServer,
  ...rootRoutes,
];
