/** Makes the fabric. Called once, in the network namespace of a fresh bundle. */
import { type IpCommand, ipBatch, parseBatchErrors } from '../../net/iproute.ts';
import { CommandFailed, run } from '../../net/run.ts';
import type { Plan } from '../../rack/plan.ts';
import type { Namespaces } from '../bundle/launch.ts';
import { assertFresh, assertSealed } from '../bundle/sealed.ts';
import { fabricLayout, MANAGEMENT_LINK, SWITCH_NETNS } from './layout.ts';

/**
 * No IPv6 in a namespace of the fabric, so that none of its kernels speaks on a VLAN; then the board's end up, if there is
 * a board. It stays without carrier until its port is up. Runs in every namespace of the bundle.
 */
const PREPARE = `
echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
if [ -e /sys/class/net/eth0 ]; then exec ip link set eth0 up; fi`;

const ALLOW_IPV6 = 'for each in lo "$1"; do echo 0 >/proc/sys/net/ipv6/conf/$each/disable_ipv6; done';

/**
 * Throws NotSealed outside of a bundle that `outside`, the launcher's namespaces, did not make, or where interfaces are
 * there already; CommandFailed or FabricFailed where `ip` does not do what it is told.
 */
export async function buildFabric(plan: Plan, outside: Namespaces): Promise<void> {
  assertSealed(outside);
  assertFresh();
  const layout = fabricLayout(plan);
  await ipBatch(layout.namespaces.map((name) => ['netns', 'add', name]));
  await ipBatch(layout.links);
  await run('ip', ['-all', 'netns', 'exec', 'sh', '-c', PREPARE]);
  if (layout.managementIpv6)
    await run('ip', ['netns', 'exec', SWITCH_NETNS, 'sh', '-c', ALLOW_IPV6, 'sh', MANAGEMENT_LINK]);
  await ipBatchIn(SWITCH_NETNS, layout.switch);
  await ipBatch(layout.management);
}

/** Commands that a namespace's `ip` refused. */
export class FabricFailed extends Error {
  override readonly name = 'FabricFailed';
}

async function ipBatchIn(netns: string, commands: readonly IpCommand[]): Promise<void> {
  const input = commands.map((command) => `${command.join(' ')}\n`).join('');
  try {
    await run('ip', ['-n', netns, '-force', '-batch', '-'], { input });
  } catch (cause) {
    if (!(cause instanceof CommandFailed)) throw cause;
    const [failures] = parseBatchErrors(commands, cause.stderr);
    const lines = failures.map(({ command, message }) => `ip -n ${netns} ${command.join(' ')}: ${message}`);
    throw new FabricFailed(lines.join('; ') || cause.message, { cause });
  }
}
