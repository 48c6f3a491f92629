/** How the switch is told who we are. */
import type { SshPlan } from '../../rack/plan.ts';
import { SecretUnreadable } from '../snmp/errors.ts';
import type { SecretReader } from '../snmp/secrets.ts';
import { describeSecret } from '../snmp/secrets.ts';
import { SshUnsupported } from './errors.ts';
import type { ParsedKey, Prompt } from './ssh2.ts';
import { parseKey } from './ssh2.ts';

export type Credential = { readonly password: string } | { readonly key: ParsedKey };

/** An RSA key of 8,192 bits has about 6,400 characters. */
const LONGEST_KEY = 16_384;

/** @throws SecretUnreadable, never with the secret in it */
export async function readCredential(plan: SshPlan, secrets: SecretReader): Promise<Credential> {
  if (plan.key !== undefined) {
    const parsed = parseKey(await secrets(plan.key, LONGEST_KEY));
    // An array is a file of several keys.
    const key = Array.isArray(parsed) ? parsed[0] : parsed;
    if (key === undefined || key instanceof Error || !key.isPrivateKey()) {
      const reason = 'it is no private key that can be used; a key with a passphrase cannot';
      throw new SecretUnreadable(describeSecret(plan.key), reason);
    }
    return { key };
  }
  if (plan.password === undefined) throw new SshUnsupported('the rack file gives neither a password nor a key for SSH');
  return { password: await secrets(plan.password) };
}

export type LoginMethod =
  | { readonly type: 'publickey'; readonly username: string; readonly key: ParsedKey }
  | { readonly type: 'password'; readonly username: string; readonly password: string }
  | {
      readonly type: 'keyboard-interactive';
      readonly username: string;
      readonly prompt: (
        name: string,
        instructions: string,
        language: string,
        prompts: readonly Prompt[],
        finish: (answers: string[]) => void,
      ) => void;
    };

/**
 * The next way to log in, or false when there is none left. One attempt with one secret, because switches count failures
 * and lock users out; a second way only where the switch does not know the first. `left` is what the switch still
 * accepts, null before the first attempt.
 */
export function loginMethods(
  user: string,
  credential: Credential,
): (left: readonly string[] | null) => LoginMethod | false {
  let first = true;
  let asked = false;
  return (left) => {
    if (first) {
      first = false;
      return 'key' in credential
        ? { type: 'publickey', username: user, key: credential.key }
        : { type: 'password', username: user, password: credential.password };
    }
    if ('key' in credential || asked || left === null) return false;
    if (left.includes('password') || !left.includes('keyboard-interactive')) return false;
    asked = true;
    return {
      type: 'keyboard-interactive',
      username: user,
      prompt: (_name, _instructions, _language, prompts, finish) => finish(answers(prompts, credential.password)),
    };
  };
}

/** The password goes to one prompt that hides what is typed; anything else is no question for it. */
export function answers(prompts: readonly Prompt[], password: string): string[] {
  const hidden = prompts.filter((prompt) => prompt.echo !== true);
  return prompts.map((prompt) => (hidden.length === 1 && prompt === hidden[0] ? password : ''));
}
