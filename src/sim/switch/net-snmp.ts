/**
 * The agent of the net-snmp package. Its wire codec, communities and USM are used; its own request handling is replaced.
 * `getRequest`, `getNextRequest`, `getBulkRequest`, `setRequest`, `sendResponse` and `engine` are not documented, so this
 * holds for version 3.29.2 and is to be looked at again with any other.
 */
import netSnmp from 'net-snmp';
import type { SnmpAuth, SnmpPriv } from '../../rack/plan.ts';
import type { Varbind } from './requests.ts';

export interface Peer {
  readonly address: string;
  readonly port: number;
}

/** A request as the library hands it to a handler, after decoding and authentication. */
export interface NetSnmpMessage {
  readonly version: number;
  /** SNMPv2c only. */
  readonly community?: string;
  /** SNMPv3 only. */
  readonly user?: { readonly name: string; readonly level: number };
  readonly msgGlobalData?: { readonly msgMaxSize: number };
  /** SNMPv3 only; the answer takes these over. */
  readonly msgSecurityParameters?: { msgAuthoritativeEngineBoots: number; msgAuthoritativeEngineTime: number };
  readonly pdu: {
    readonly varbinds: readonly Varbind[];
    readonly nonRepeaters: number;
    readonly maxRepetitions: number;
    getResponsePduForRequest(): NetSnmpResponsePdu;
  };
}

export interface NetSnmpResponsePdu {
  type: number;
  errorStatus: number;
  errorIndex: number;
  varbinds: readonly Varbind[];
}

export type RequestHandler = (socket: AgentSocket, message: NetSnmpMessage, peer: Peer) => void;

export interface NetSnmpAgent {
  readonly engine: { engineID: Buffer; engineBoots: number; engineTime: number };
  getRequest: RequestHandler;
  getNextRequest: RequestHandler;
  getBulkRequest: RequestHandler;
  setRequest: RequestHandler;
  sendResponse(socket: AgentSocket, peer: Peer, request: NetSnmpMessage, response: NetSnmpResponsePdu): void;
  getAuthorizer(): { addCommunity(name: string): void; addUser(user: NetSnmpAgentUser): void };
}

export interface NetSnmpAgentUser {
  readonly name: string;
  readonly level: number;
  readonly authProtocol: number;
  readonly authKey: string;
  readonly privProtocol: number;
  readonly privKey: string;
}

/** What the library takes for a datagram socket. */
export interface AgentSocket {
  on(event: string, listener: (bytes: Buffer, peer: Peer) => void): void;
  bind(): void;
  send(bytes: Buffer, from: number, length: number, port: number, address: string, done: () => void): void;
}

interface NetSnmpPackage {
  readonly Version2c: number;
  readonly Version3: number;
  readonly SecurityLevel: { readonly authPriv: number };
  readonly AuthProtocols: Readonly<Record<string, number>>;
  readonly PrivProtocols: Readonly<Record<string, number>>;
  readonly ResponseInvalidCode: Readonly<Record<string, number>>;
  readonly Authentication: {
    /** Clears `digest`, a view into `message`, while it computes, and puts it back. */
    isAuthentic(message: Buffer, protocol: number, key: string, engineId: Buffer, digest: Uint8Array): boolean;
  };
  createAgent(
    options: {
      readonly engineID: Buffer;
      readonly dgramModule: { createSocket(): AgentSocket };
    },
    callback: (error: (Error & { code?: number }) | null) => void,
  ): NetSnmpAgent;
}

export const library = netSnmp as unknown as NetSnmpPackage;

export const AUTH: Readonly<Record<SnmpAuth, number>> = Object.freeze({
  sha1: library.AuthProtocols.sha!,
  sha224: library.AuthProtocols.sha224!,
  sha256: library.AuthProtocols.sha256!,
  sha384: library.AuthProtocols.sha384!,
  sha512: library.AuthProtocols.sha512!,
});

export const PRIV: Readonly<Record<SnmpPriv, number>> = Object.freeze({
  aes128: library.PrivProtocols.aes!,
  aes256b: library.PrivProtocols.aes256b!,
  aes256r: library.PrivProtocols.aes256r!,
});
