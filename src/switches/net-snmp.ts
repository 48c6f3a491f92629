/**
 * The part of the net-snmp package (3.29.2 or later: 3.29.2 fixed a remote endless loop, 3.27.0 v3 sessions that die) that
 * is used here, with types of our own because the published ones lag behind. Nothing else imports the package.
 */
import type { Socket, SocketType } from 'node:dgram';
import netSnmp from 'net-snmp';
import type { SnmpAuth, SnmpPriv } from '../rack/plan.ts';
import type { RawVarbind } from './snmp/value.ts';

export interface NetSnmpUser {
  readonly name: string;
  readonly level: number;
  readonly authProtocol: number;
  readonly authKey: string;
  readonly privProtocol: number;
  readonly privKey: string;
}

export interface NetSnmpOptions {
  readonly version: number;
  readonly transport: SocketType;
  readonly port: number;
  readonly timeout: number;
  readonly retries: number;
  /** SNMPv3 only: contextName of RFC 3411 §3.3.1; empty for the default one. */
  readonly context: string;
  /** Where the session gets its socket from. */
  readonly dgramModule: { createSocket(type: SocketType): Socket };
}

export type NetSnmpCallback<T> = (error: Error | null, result?: T) => void;

export interface NetSnmpSession {
  /** Milliseconds and repeats of the requests that are made from now on. */
  timeout: number;
  retries: number;
  get(oids: readonly string[], callback: NetSnmpCallback<readonly RawVarbind[]>): void;
  getBulk(
    oids: readonly string[],
    nonRepeaters: number,
    maxRepetitions: number,
    callback: NetSnmpCallback<readonly (RawVarbind | readonly RawVarbind[])[]>,
  ): void;
  set(varbinds: readonly NetSnmpSet[], callback: NetSnmpCallback<readonly RawVarbind[]>): void;
  on(event: 'error', listener: (error: Error) => void): void;
  close(): void;
}

export interface NetSnmpSet {
  readonly oid: string;
  readonly type: number;
  readonly value: number | string | Buffer;
}

/** What its errors carry, depending on their name. */
export interface NetSnmpError extends Error {
  /** RequestFailedError: the error-status. */
  readonly status?: number;
  /** ResponseInvalidError: one of `INVALID`; a system error: its code. */
  readonly code?: number | string;
}

interface NetSnmpPackage {
  readonly Version2c: number;
  readonly Version3: number;
  readonly SecurityLevel: { readonly authPriv: number };
  readonly AuthProtocols: Readonly<Record<string, number>>;
  readonly PrivProtocols: Readonly<Record<string, number>>;
  readonly ResponseInvalidCode: Readonly<Record<string, number>>;
  createSession(target: string, community: string, options: NetSnmpOptions): NetSnmpSession;
  createV3Session(target: string, user: NetSnmpUser, options: NetSnmpOptions): NetSnmpSession;
}

export const library = netSnmp as unknown as NetSnmpPackage;

/** Written out name by name: a wrong row here once made SHA users speak MD5 in another project. */
export const AUTH_PROTOCOLS: Readonly<Record<SnmpAuth, number>> = Object.freeze({
  sha1: library.AuthProtocols.sha!,
  sha224: library.AuthProtocols.sha224!,
  sha256: library.AuthProtocols.sha256!,
  sha384: library.AuthProtocols.sha384!,
  sha512: library.AuthProtocols.sha512!,
});

export const PRIV_PROTOCOLS: Readonly<Record<SnmpPriv, number>> = Object.freeze({
  aes128: library.PrivProtocols.aes!,
  aes256b: library.PrivProtocols.aes256b!,
  aes256r: library.PrivProtocols.aes256r!,
});

/** The codes of a ResponseInvalidError that mean security, not syntax. */
export const INVALID = Object.freeze({
  couldNotDecrypt: library.ResponseInvalidCode.ECouldNotDecrypt!,
  authFailure: library.ResponseInvalidCode.EAuthFailure!,
  communityNoMatch: library.ResponseInvalidCode.ECommunityNoMatch!,
  unexpectedReport: library.ResponseInvalidCode.EUnexpectedReport!,
  notInTimeWindow: library.ResponseInvalidCode.ENotInTimeWindow!,
});
