/** Imports argv[3] into the store argv[2] in a process of its own, and tells how much memory it had at most. */
import { openStore, takeIn } from './store.ts';

const [, , store = '', file = ''] = process.argv;
const failure = await takeIn(openStore(store), file).then(
  () => '',
  (error: unknown) => String(error),
);
console.log(JSON.stringify({ failure, megabytes: process.resourceUsage().maxRSS / 1024 }));
