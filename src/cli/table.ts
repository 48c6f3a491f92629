/** Tables for terminals: columns that line up, no wider than the screen, and nothing in a cell that steers the terminal. */

export interface Column {
  readonly title: string;
  /** Left if left out; numbers read better to the right. */
  readonly align?: 'left' | 'right';
  /** Cut this column first where the table is too wide. */
  readonly shrink?: boolean;
}

export interface TableOptions {
  /** Characters across; undefined = as wide as it gets, for files and pipes. */
  readonly width?: number | undefined;
}

const GAP = '  ';
/** A column is not cut below this. */
const NARROWEST = 4;

/** The table's lines, title line first, without trailing spaces. Short rows are filled with empty cells. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly (string | number | undefined)[])[],
  options: TableOptions = {},
): string[] {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => columns.map((_, i) => clean(row[i])))];
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => widthOf(row[i] as string))));
  if (options.width !== undefined) narrow(columns, widths, options.width);
  return cells.map((row) =>
    columns
      .map((column, i) => pad(row[i] as string, widths[i] as number, column.align ?? 'left'))
      .join(GAP)
      .trimEnd(),
  );
}

/** The width for `formatTable` on standard output: the terminal's, or none for a pipe. */
export function terminalWidth(stream: { isTTY?: boolean; columns?: number } = process.stdout): number | undefined {
  return stream.isTTY ? stream.columns : undefined;
}

/** Takes characters from the widest column that may shrink, then from the widest of all, until the table fits. */
function narrow(columns: readonly Column[], widths: number[], limit: number): void {
  let excess = widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1)) - limit;
  for (const mayShrink of [(column: Column) => column.shrink === true, () => true]) {
    while (excess > 0) {
      const candidates = widths.map((width, i) => (mayShrink(columns[i] as Column) && width > NARROWEST ? width : 0));
      const widest = Math.max(...candidates);
      if (widest === 0) break;
      widths[candidates.indexOf(widest)] = widest - 1;
      excess--;
    }
  }
}

/** Text as one harmless line: control and format characters, which steer terminals, become `?`. */
export function clean(cell: string | number | undefined): string {
  return String(cell ?? '').replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '?');
}

/** Columns on the screen, with wide East Asian characters and emoji as two and combining marks as none. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue;
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const shown = widthOf(text) <= width ? text : cut(text, width);
  const padding = ' '.repeat(Math.max(0, width - widthOf(shown)));
  return align === 'right' ? padding + shown : shown + padding;
}

function cut(text: string, width: number): string {
  let shown = '';
  for (const character of text) {
    if (widthOf(shown + character) > width - 1) break;
    shown += character;
  }
  return `${shown}…`;
}
