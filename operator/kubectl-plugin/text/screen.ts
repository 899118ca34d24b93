import type { Terminal } from '../context.ts';

/** Ages move on though nothing changes. */
const REDRAW_MS = 5_000;
const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';

/** Shows lines that change in place, on the terminal's second screen. What was shown last stays on the first screen at the end. */
export class Screen {
  readonly #terminal: Terminal;
  #lines: (() => readonly string[]) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show(lines: () => readonly string[]): void {
    if (this.#lines === undefined) {
      this.#terminal.out(ENTER);
      this.#timer = setInterval(() => this.#draw(), REDRAW_MS);
    }
    this.#lines = lines;
    this.#draw();
  }

  leave(): void {
    clearInterval(this.#timer);
    if (this.#lines === undefined) return;
    this.#terminal.out(`${LEAVE}${this.#lines().join('\n')}\n`);
    this.#lines = undefined;
  }

  #draw(): void {
    this.#terminal.out(frameOf(this.#lines?.() ?? [], this.#terminal.rows));
  }
}

/** One write that replaces the screen line by line, without clearing it first, which would flicker. What does not fit is left out. */
export function frameOf(lines: readonly string[], rows: number): string {
  const fitting = lines.length < rows ? lines : [...lines.slice(0, Math.max(0, rows - 2)), '…'];
  return `\x1b[H${fitting.map((line) => `${line}\x1b[K`).join('\n')}\x1b[J`;
}
