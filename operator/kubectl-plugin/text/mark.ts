import { styleText } from 'node:util';

/** How something is, at a glance. */
export type Mark = 'good' | 'busy' | 'bad' | 'quiet';

const SIGNS: Readonly<Record<Mark, string>> = { good: '✔', busy: '…', bad: '✘', quiet: '·' };
const COLOURS = { good: 'green', busy: 'yellow', bad: 'red', quiet: 'dim' } as const;

export interface Style {
  mark(mark: Mark, text?: string): string;
  strong(text: string): string;
  dim(text: string): string;
}

/** Without colours the signs remain, so that nothing is told by colour alone. */
export function styleOf(hasColours: boolean): Style {
  const style = (format: Parameters<typeof styleText>[0], text: string): string =>
    hasColours ? styleText(format, text, { validateStream: false }) : text;
  return {
    mark: (mark, text = SIGNS[mark]) => style(COLOURS[mark], text),
    strong: (text) => style('bold', text),
    dim: (text) => style('dim', text),
  };
}
