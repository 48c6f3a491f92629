export { advertisementOf, type RaLeg, type RaSettings } from './leg.ts';
export { type RaCounters, RaServer, type RaServerOptions } from './server.ts';
