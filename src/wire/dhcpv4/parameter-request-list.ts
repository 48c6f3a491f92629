/** Option 55, parameter request list (RFC 2132 §9.8): option codes in the client's order of preference. */
import { DhcpOption } from './options.ts';
import { type OptionMap, optionError } from './values.ts';

/** The codes asked for, in order and with repetitions as sent; undefined where the option is absent. */
export function readParameterRequestList(options: OptionMap): readonly number[] | undefined {
  const value = options.get(DhcpOption.parameterRequestList);
  if (value === undefined) return undefined;
  if (value.length === 0) throw optionError(DhcpOption.parameterRequestList, 'expected at least 1 byte, got 0');
  return [...value];
}
