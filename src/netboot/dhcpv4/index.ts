export { type Classification, type ClientKind, classify } from './classify.ts';
export type { Counters } from './counters.ts';
export {
  type Answer,
  type Decision,
  type Delivery,
  decide,
  type FollowUp,
  type IgnoreCause,
  type LeaseEffect,
  type Observation,
  type Question,
} from './decide.ts';
export { type Leg, legOf } from './leg.ts';
export { Dhcpv4Server, type Dhcpv4ServerOptions, type Lease, type Leases } from './server.ts';
export { DEFAULT_SETTINGS, type DecideSettings, type ServerSettings, settingsOf } from './settings.ts';
