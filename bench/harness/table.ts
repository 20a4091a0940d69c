/** Tables of text: what a benchmark prints. The rows are kept as they are for the JSON file. */

export interface Column<Row> {
  readonly title: string;
  /** Text is aligned to the left, numbers to the right. */
  readonly align?: "left" | "right";
  readonly text: (row: Row) => string;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly Pick<Column<never>, "title" | "align">[];
  /** The text of each row's cells. */
  readonly cells: readonly (readonly string[])[];
  /** The figures themselves. */
  readonly rows: readonly unknown[];
  /** Notes below the table: what was left out, and why. */
  readonly notes: readonly string[];
}

export function tabulate<Row>(
  title: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  notes: readonly string[] = [],
): Table {
  return { title, columns, cells: rows.map((row) => columns.map(({ text }) => text(row))), rows, notes };
}

export function formatTable({ title, columns, cells, notes }: Table): string {
  const all = [columns.map((column) => column.title), ...cells];
  const widths = columns.map((_, c) => Math.max(...all.map((line) => [...line[c]!].length)));
  const [head, ...body] = all.map((line) =>
    line
      .map((cell, c) => (columns[c]!.align === "left" ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!)))
      .join("  ")
      .trimEnd(),
  );
  const rule = "─".repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  return [title, rule, head, rule, ...body, rule, ...notes.map((note) => `  ${note}`), ""].join("\n");
}

/** Three significant digits, without an exponent: 0.0512, 4.87, 113, 11,500. */
export function digits(value: number): string {
  return value.toLocaleString("en-US", { maximumSignificantDigits: 3 });
}

export function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}

export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
