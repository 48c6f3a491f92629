/** What went wrong with a connection, in words for the delivery log. */

const UNTRUSTED = 'its certificate is of a CA that is not trusted here, or comes without those between';
const NO_TLS = 'it speaks no TLS';
const TOO_OLD = 'it speaks no TLS 1.2 or later';
const NO_AGREEMENT = 'it ends the TLS handshake: no cipher in common, or it wants a certificate of its client';

/** By the codes of Node and OpenSSL (x509_vfy.h, sslerr.h). */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is not for this name'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'its certificate is not valid yet'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is signed by itself'],
  ['SELF_SIGNED_CERT_IN_CHAIN', UNTRUSTED],
  ['UNABLE_TO_GET_ISSUER_CERT', UNTRUSTED],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNTRUSTED],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNTRUSTED],
  ['ERR_SSL_WRONG_VERSION_NUMBER', NO_TLS],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', NO_TLS],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', TOO_OLD],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', TOO_OLD],
  ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', NO_AGREEMENT],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'it wants a certificate of its client'],
]);

/** Only by the code: messages name addresses, and what else stands in a certificate. */
export function wordsFor(cause: unknown): string {
  const code = codeOf(cause as Partial<NodeJS.ErrnoException> | undefined);
  if (code === undefined) return 'the connection failed';
  return `${WORDS.get(code) ?? 'the connection failed'} (${code})`;
}

/** What OpenSSL says in the middle of a write is an EPROTO of Node, with OpenSSL's line as the message. */
function codeOf({ code, message = '' }: Partial<NodeJS.ErrnoException> = {}): string | undefined {
  const [, reason] = (code === 'EPROTO' && /:error:[0-9A-F]+:SSL routines:[^:]*:([^:]+):/.exec(message)) || [];
  return reason === undefined ? code : `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`;
}
