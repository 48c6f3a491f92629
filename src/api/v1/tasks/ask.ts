import type { TaskWish } from '../../../jobs/server-tasks.ts';
import type { ServerView } from '../../control/feed-protocol.ts';
import { byWhom } from '../../customer/actor.ts';
import { commanded } from '../../customer/commands.ts';
import type { Answer, RouteRequest } from '../../http/route.ts';
import { acceptedAnswer } from './accepted.ts';

/** Has a task recorded, and answers with it. */
export async function asked(
  { services, caller, requestKey }: Pick<RouteRequest, 'services' | 'caller' | 'requestKey'>,
  { name }: ServerView,
  wish: TaskWish,
): Promise<Answer> {
  const { task } = await commanded(services, (control) =>
    control.askTask({ name, wish, ...(requestKey === undefined ? {} : { requestKey }), by: byWhom(caller) }),
  );
  return acceptedAnswer(services, name, task);
}
