/** The controller’s half of an `ApiRack`, over the state of a directory, to be killed. A line of input cycles the boards of all servers. */
import { createInterface } from 'node:readline';
import { ApiRack } from '../support/api-rack.ts';

const rack = await ApiRack.controller(String(process.argv[2]), 4);
console.log('serving');
createInterface({ input: process.stdin }).on('line', () => {
  for (const { slot } of rack.servers.all()) {
    rack.powered(slot, false);
    rack.boardUp(slot);
  }
});
