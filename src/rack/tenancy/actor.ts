/** Who asked for something, as it is written down with what was done. */
export interface Actor {
  /** The id of an API key, or the user of a command on the controller's machine. */
  readonly who: string;
  /** Where the request came from; undefined for a command on the machine. */
  readonly address: string | undefined;
  readonly tenant: string | undefined;
}
