export { Firewall, FirewallFailed, type FirewallParts } from './firewall.ts';
export { differences, parseFirewall } from './read-back.ts';
export { arpFirewallFor, type FirewallPorts, type FirewallSpec, firewallFor, renderFirewall } from './rules.ts';
