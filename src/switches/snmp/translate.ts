import type { SwitchError } from '../errors.ts';
import type { NetSnmpError } from '../net-snmp.ts';
import { INVALID } from '../net-snmp.ts';
import type { SnmpOperation, SnmpTimeout } from './errors.ts';
import { errorStatusName, SnmpAnswerInvalid, SnmpErrorStatus, SnmpSecurity, SnmpTransport } from './errors.ts';

/**
 * net-snmp's errors as ours. Its own error objects are not kept as `cause`: some hold the community in their message or
 * the user with both keys in a property, and would end up in the log.
 */
export function translateError(
  error: NetSnmpError,
  operation: SnmpOperation,
  target: string,
  timeout: () => SnmpTimeout,
): SwitchError {
  switch (error.name) {
    case 'RequestTimedOutError':
      return timeout();
    case 'RequestFailedError':
      return new SnmpErrorStatus(
        operation,
        errorStatusName(error.status ?? 5),
        /(\d+(?:\.\d+)+)$/.exec(error.message)?.[1],
      );
    case 'ResponseInvalidError':
      return invalid(error, target);
    default:
      return typeof error.code === 'string'
        ? new SnmpTransport(target, error.code, { cause: error })
        : new SnmpTransport(target, error.message);
  }
}

function invalid(error: NetSnmpError, target: string): SwitchError {
  switch (error.code) {
    case INVALID.communityNoMatch:
      return new SnmpAnswerInvalid(`${target} answered with another community`);
    case INVALID.couldNotDecrypt:
      return new SnmpSecurity(target, 'the answer could not be decrypted: the privacy key or protocol differs');
    case INVALID.notInTimeWindow:
      return new SnmpSecurity(target, 'the answer is outside the time window: a replay, or the switch restarted');
    case INVALID.authFailure:
      return new SnmpSecurity(target, usmReason(error.message));
    case INVALID.unexpectedReport:
      return new SnmpSecurity(target, 'an unexpected report');
    default:
      return new SnmpAnswerInvalid(`${target}: ${error.message}`);
  }
}

/** The library names the report (RFC 3414 §5, usmStats) in its message; a bad digest in an answer it tells with both digests. */
function usmReason(message: string): string {
  if (message.startsWith('Authentication digest'))
    return 'the digest of the answer does not fit the authentication key';
  if (message.startsWith('Wrong Digest')) return 'the switch refused the authentication key (usmStatsWrongDigests)';
  return `the switch reports: ${message}`;
}
