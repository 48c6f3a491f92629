/** What is kept of a board beside its MAC, serial, revision and model: claims, for people. */
export type Fact =
  /** `4096 MB`, from the revision word. */
  | 'memory'
  /** Board revision and maker, from the revision word: `1.4, Sony UK`. */
  | 'build'
  /** What boots it: `eeprom-pi4`. */
  | 'firmware'
  /** How old its EEPROM bootloader is at least or at most. */
  | 'bootloader'
  /** The DHCP client of its operating system, and the name that it gives itself. */
  | 'client'
  | 'host name'
  /** A MAC that its operating system uses instead of the board's own. */
  | 'other MAC';
