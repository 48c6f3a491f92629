export { Firewall, FirewallFailed, type FirewallParts } from './firewall.ts';
export { differences, parseFirewall } from './read-back.ts';
export { type FirewallSpec, firewallFor, renderFirewall } from './rules.ts';
