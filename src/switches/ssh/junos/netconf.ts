/**
 * NETCONF over SSH (RFC 6241, RFC 6242) as Junos speaks it. Chosen over its command line because every answer is XML with
 * a known end and the number of its question: there is no prompt to look for, and nothing that a description or a banner
 * could be mistaken for.
 */
import type { Logger } from 'pino';
import type { Millis } from '../../../rack/units.ts';
import { seconds } from '../../../rack/units.ts';
import type { Conversation } from '../conversation.ts';
import { CommandRefused, SshAnswerInvalid, SshUnsupported, tail } from '../errors.ts';
import type { SshTransport } from '../transport.ts';
import type { XmlElement } from './xml.ts';
import { all, child, parseXml, textOf, XmlError } from './xml.ts';

/** RFC 6242 §4.3: ends every message as long as not both sides offer base:1.1, and we do not. */
const END = ']]>]]>';
const NAMESPACE = 'urn:ietf:params:xml:ns:netconf:base:1.0';
const BASE = 'urn:ietf:params:netconf:base:1.0';
/** Older Junos spells its capabilities with `xml:ns` in the middle. */
const CAPABILITY = /^urn:ietf:params(?::xml:ns)?:netconf:capability:([a-z-]+):\d+\.\d+/;

const HELLO = `<?xml version="1.0" encoding="UTF-8"?><hello xmlns="${NAMESPACE}"><capabilities><capability>${BASE}</capability></capabilities></hello>`;

/** From the question to the end of the answer. */
export const RPC_DEADLINE = seconds(30);

export interface Netconf {
  /** Sends an operation and returns the `rpc-reply`. Warnings are logged; an error is a `CommandRefused`. */
  rpc(operation: string, what: string, deadline?: Millis): Promise<XmlElement>;
  /** @throws SshUnsupported when the server did not offer all of them */
  need(capabilities: readonly string[]): Promise<void>;
  /** Ends the session, and with it what it holds on the switch. */
  drop(): void;
}

interface Session {
  readonly conversation: Conversation;
  readonly capabilities: ReadonlySet<string>;
  asked: number;
}

/** The same, that sends nothing once the signal is aborted. */
export function stopped(signal: AbortSignal, netconf: Netconf): Netconf {
  const checked = <T>(work: () => Promise<T>): Promise<T> => (signal.aborted ? Promise.reject(signal.reason) : work());
  return {
    rpc: (...asked) => checked(() => netconf.rpc(...asked)),
    need: (capabilities) => checked(() => netconf.need(capabilities)),
    drop: () => netconf.drop(),
  };
}

export function createNetconf(transport: SshTransport, log: Logger, patience: Millis = RPC_DEADLINE): Netconf {
  let session: Session | undefined;

  const open = async (): Promise<Session> => {
    if (session?.conversation.alive) return session;
    const conversation = await transport.converse('netconf', END);
    const hello = parse(await conversation.listen('the NETCONF hello', patience), 'hello');
    if (hello.name !== 'hello') throw new SshAnswerInvalid('the NETCONF hello', `it is a <${hello.name}>`);
    const offered = all(hello, 'capability').map(({ text }) => text);
    // RFC 6241 §8.1: both sides greet, and nothing answers the greeting.
    conversation.tell(HELLO);
    const names = offered.flatMap((text) => CAPABILITY.exec(text)?.[1] ?? []);
    session = { conversation, capabilities: new Set(names), asked: 0 };
    return session;
  };

  const drop = () => {
    session?.conversation.drop();
    session = undefined;
  };

  return {
    drop,
    async rpc(operation, what, deadline = patience) {
      const current = await open();
      current.asked += 1;
      const id = String(current.asked);
      const text = `<rpc message-id="${id}" xmlns="${NAMESPACE}">${operation}</rpc>`;
      const reply = parse(await current.conversation.ask(text, what, deadline), what);
      if (reply.name !== 'rpc-reply' || reply.attributes.get('message-id') !== id) {
        // Out of step: every further answer would belong to another question.
        drop();
        const seen = `<${reply.name} message-id="${reply.attributes.get('message-id') ?? ''}">`;
        throw new SshAnswerInvalid(what, `expected the reply to message ${id}, got ${seen}`);
      }
      for (const error of all(reply, 'rpc-error')) {
        const words = errorWords(error);
        if (textOf(error, 'error-severity') !== 'warning') throw new CommandRefused(what, words);
        log.debug({ what, words: tail(words) }, 'NETCONF warning');
      }
      return reply;
    },
    async need(capabilities) {
      const { capabilities: offered } = await open();
      const missing = capabilities.filter((name) => !offered.has(name));
      if (missing.length === 0) return;
      throw new SshUnsupported(`${transport.target} offers no NETCONF capability ${missing.join(', ')}`);
    },
  };

  function parse(text: string, what: string): XmlElement {
    try {
      return parseXml(text);
    } catch (error) {
      if (error instanceof XmlError) throw new SshAnswerInvalid(what, error.message, { cause: error });
      throw error;
    }
  }
}

/** Junos names the statement that it stumbled over beside what is wrong with it. */
function errorWords(error: XmlElement): string {
  const info = child(error, 'error-info');
  const where = textOf(error, 'error-path') ?? (info && textOf(info, 'bad-element'));
  const message = textOf(error, 'error-message') ?? textOf(error, 'error-tag') ?? 'an error without a message';
  return where === undefined ? message : `${message} (${where})`;
}
