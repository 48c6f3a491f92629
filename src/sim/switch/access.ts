import type { SecretRef, SnmpPlan } from '../../rack/plan.ts';
import type { AgentAccess } from './agent.ts';

/** The access that a switch must grant for the controller of this plan to manage it: one community or user, read-write. */
export async function accessFor(plan: SnmpPlan, secret: (ref: SecretRef) => Promise<string>): Promise<AgentAccess> {
  if (plan.version === '2c') return { communities: [{ name: await secret(plan.community), write: true }], users: [] };
  const auth = { protocol: plan.auth.protocol, key: await secret(plan.auth.key) };
  const priv = { protocol: plan.priv.protocol, key: await secret(plan.priv.key) };
  return { communities: [], users: [{ name: plan.user, auth, priv, write: true }] };
}
