import { Unexpected } from './client.ts';
import { liveTheWeek } from './week.ts';
import { WeekRack } from './week-rack.ts';

const began = performance.now();
const seconds = () => ((performance.now() - began) / 1000).toFixed(1);
const rack = await WeekRack.serve(`week-${process.pid}`);
console.log(`${seconds().padStart(6)} s  a rack of three boards, all up, and its API`);
try {
  await liveTheWeek(rack, console.log);
  console.log(`as expected, in ${seconds()} s`);
} catch (cause) {
  if (!(cause instanceof Unexpected)) throw cause;
  console.error(cause.message);
  process.exitCode = 1;
} finally {
  await rack.stop();
}
