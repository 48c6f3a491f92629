/** Links of ports: up or down, and since when. */
import type { Moment } from './moment.ts';

export interface Links {
  up(port: number): boolean;
  /** ifLastChange: hundredths of a second after the switch started; 0 where it has not changed since. */
  lastChange(port: number): number;
  /** Looks at all ports, so that a change is dated even when nobody asks for it. */
  observe(): void;
  restart(): void;
}

export function createLinks(
  ports: readonly number[],
  isUp: (port: number) => boolean,
  upTime: () => number,
  moment: Moment,
): Links {
  const state = new Map(ports.map((port) => [port, { up: isUp(port), at: 0 }]));
  let seen = -1;
  const observe = () => {
    const mark = moment.mark();
    if (mark === seen) return;
    seen = mark;
    for (const [port, link] of state) {
      const up = isUp(port);
      if (up !== link.up) Object.assign(link, { up, at: Math.floor(upTime()) });
    }
  };
  return {
    observe,
    up(port) {
      observe();
      return state.get(port)?.up ?? false;
    },
    lastChange(port) {
      observe();
      return state.get(port)?.at ?? 0;
    },
    restart() {
      for (const [port, link] of state) Object.assign(link, { up: isUp(port), at: 0 });
      moment.touch();
    },
  };
}
