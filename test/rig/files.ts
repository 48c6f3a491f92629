/** Rack files for the rig: the same head, and the slots that a test wants. */
export function rackFile(name: string, slots: string, more = ''): string {
  return `rack: ${name}
kind: virtual
zone: rig.example
trunk: {vlan_base: 100}
addresses: {ipv4: 10.20.0.0/22, ipv6: "2001:db8:20::/56"}
switches:
  - name: sw1
    address: 10.20.255.11
    snmp: {version: 2c, community: {file: community}}
    uplinks: ["49-52"]
    budget: 370 W
    ports: 52
slots:
${slots}
images:
  - {name: debian, directory: "cache:images/debian-12-pi"}
default_image: debian
power: {hold: 1 s, concurrent_boots: 24, poll: 5 s}
${more}`;
}
