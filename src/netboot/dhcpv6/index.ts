export type { Counters6 } from './counters.ts';
export { type ClientKind6, type Decision6, decide6, type Observation6 } from './decide.ts';
export { type Leg6, serverDuid } from './leg.ts';
export { Dhcpv6Server, type Dhcpv6ServerOptions, type Kernel6, type Lease6, type Leases6 } from './server.ts';
export { DEFAULT_SETTINGS6, type Server6Settings, settings6Of } from './settings.ts';
