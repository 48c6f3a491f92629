import type { Controller } from '../../controller.ts';
import { millis, slotNumber } from '../../rack/units.ts';
import type { ControlTarget } from './server.ts';
import { boardView, statusView } from './views.ts';

/** A controller as the socket offers it. */
export function controlTarget(controller: Controller): ControlTarget {
  return {
    status: (since) => statusView(controller, millis(since ?? 0)),
    board: (slot) => boardView(controller, slot),
    power: ({ slots, action, who }, tell) => controller.power.request(slots.map(slotNumber), action, who, tell),
    refresh: () => controller.power.refresh(),
  };
}
