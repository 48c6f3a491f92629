/** What goes over the controller's socket about series. The same shapes are what `--json` prints. Times are milliseconds. */

export interface SpanView {
  /** Begin of the first step and end of the last, since the Unix epoch; the last may go on. */
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** Null wherever nothing was measured in the step. */
export interface PowerPoint {
  /** Begin of the step. */
  readonly at: number;
  readonly watts: number | null;
  readonly wattsMost: number | null;
}

export interface PowerSeriesView extends SpanView {
  readonly slot: number;
  /** Of what was measured, and how long that was; null: nothing was. */
  readonly wattHours: number | null;
  readonly measured: number;
  readonly points: readonly PowerPoint[];
}

export interface HealthPoint {
  readonly at: number;
  /** The last one. */
  readonly condition: string | null;
  /** Parts of the time in which it is known, 0 to 1: power on the port, an SSH banner over IPv6. */
  readonly powered: number | null;
  readonly answered: number | null;
  /** Bytes beyond the image, last. */
  readonly diskUsed: number | null;
  /** As the board says of itself. */
  readonly load: number | null;
  readonly loadMost: number | null;
  readonly celsius: number | null;
  readonly celsiusMost: number | null;
  /** Bytes, least. */
  readonly memoryLeast: number | null;
  /** Bits of `vcgencmd get_throttled`, all that were seen. */
  readonly throttled: number | null;
}

export interface HealthSeriesView extends SpanView {
  readonly slot: number;
  readonly points: readonly HealthPoint[];
}

/** A series of a slot, or of a server: then nothing of before the slot was this server's. */
export interface SeriesQuery {
  readonly of: { readonly slot: number } | { readonly server: string; readonly tenant: string };
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly step?: number | undefined;
}
