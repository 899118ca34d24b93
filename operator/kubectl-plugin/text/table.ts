import { stripVTControlCharacters } from 'node:util';

/** Columns as kubectl writes them: as wide as their widest cell, three spaces apart. An empty cell is `<none>`. */
export function tableLines(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [header, ...rows.map((row) => row.map((cell) => (cell === '' ? '<none>' : cell)))];
  const widths = header.map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ''))));
  return all.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))))
      .join('   ')
      .trimEnd(),
  );
}

const widthOf = (text: string): number => [...stripVTControlCharacters(text)].length;
