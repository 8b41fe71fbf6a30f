/** A column of a printed table. */
export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number | null;
}

const formatNumber = new Intl.NumberFormat('en-US', { maximumFractionDigits: 4 });

function cellText(value: string | number | null): string {
  if (value === null) return '–';
  return typeof value === 'number' ? formatNumber.format(value) : value;
}

/** Lines of a table with a heading; columns whose values are all numbers are aligned right. */
export function tableLines<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): readonly string[] {
  const values = rows.map((row) => columns.map((column) => column.value(row)));
  const cells = values.map((line) => line.map(cellText));
  const isNumeric = columns.map((_, c) => rows.length > 0 && values.every((line) => typeof line[c] !== 'string'));
  const widths = columns.map((column, c) => Math.max(column.title.length, ...cells.map((line) => line[c]!.length)));
  const format = (line: readonly string[]): string =>
    line
      .map((cell, c) => (isNumeric[c] ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!)))
      .join('  ')
      .trimEnd();
  return [columns.map((column) => column.title), ...cells].map(format);
}
