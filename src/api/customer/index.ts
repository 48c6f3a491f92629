/** The face that hosted-Pi clients speak to (customer-api): paths, names and types are theirs. */
import type { Route } from '../http/route.ts';
import { catalogueRoutes } from './catalogue.ts';
import { login } from './login.ts';
import { powerRoutes } from './power.ts';
import { serverRoutes } from './servers.ts';
import { sshKeyRoutes } from './ssh-keys.ts';
import { task } from './task.ts';

export const customerRoutes: readonly Route[] = [
  login,
  ...serverRoutes,
  ...sshKeyRoutes,
  ...powerRoutes,
  ...catalogueRoutes,
  task,
];
