/** A line with what is below it. A text of several lines stays indented. */
export interface Node {
  readonly text: string;
  readonly below?: readonly Node[];
}

/** The lines of a tree, drawn with box characters. */
export const treeLines = ({ text, below = [] }: Node): string[] => [...text.split('\n'), ...linesBelow(below)];

function linesBelow(nodes: readonly Node[]): string[] {
  return nodes.flatMap(({ text, below = [] }, index) => {
    const isLast = index === nodes.length - 1;
    const [first = '', ...rest] = text.split('\n');
    const bar = below.length > 0 ? '│  ' : '';
    const lines = [...rest.map((line) => `${bar}${line}`), ...linesBelow(below)];
    return [`${isLast ? '└─ ' : '├─ '}${first}`, ...lines.map((line) => `${isLast ? '   ' : '│  '}${line}`)];
  });
}
