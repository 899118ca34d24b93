import type { Size } from './autoscaler-sizes.ts';
import { shownTime, type ShownTime } from './times.ts';

export const PLOT = { width: 640, height: 160, left: 28, right: 8, top: 8, bottom: 22 } as const;

/** A plot of steps, in the units of its viewBox. */
export interface SizePlot {
  /** Paths of SVG. */
  readonly current: string;
  readonly desired: string;
  /** The heights of the bounds that hold now. */
  readonly bounds: readonly { readonly y: number; readonly value: number }[];
  readonly ticks: readonly { readonly y: number; readonly value: number }[];
  readonly from: ShownTime | undefined;
  /** The same as a sentence. */
  readonly summary: string;
}

/** Undefined if there is nothing to draw. */
export function sizePlot(sizes: readonly Size[], now: Date): SizePlot | undefined {
  const [first] = sizes;
  const last = sizes.at(-1);
  if (!first || !last) return undefined;
  const top = Math.max(1, ...sizes.flatMap(({ current, desired, max }) => [current, desired, max]));
  const start = first.at.getTime();
  const span = Math.max(1, now.getTime() - start);
  const { width, height, left, right, top: above, bottom } = PLOT;
  const x = (at: Date): number => rounded(left + ((at.getTime() - start) / span) * (width - left - right));
  const y = (value: number): number => rounded(height - bottom - (value / top) * (height - above - bottom));
  const steps = (value: (size: Size) => number): string =>
    sizes
      .map((size, index) => (index === 0 ? `M${x(size.at)} ${y(value(size))}` : `H${x(size.at)}V${y(value(size))}`))
      .join('')
      .concat(`H${width - right}`);
  const values = sizes.map(({ current }) => current);
  return {
    current: steps(({ current }) => current),
    desired: steps(({ desired }) => desired),
    bounds: [last.min, last.max].map((value) => ({ value, y: y(value) })),
    ticks: [0, top].map((value) => ({ value, y: y(value) })),
    from: shownTime(first.at, now),
    summary: `${last.current} web pods now, ${last.desired} wanted; between ${Math.min(...values)} and ${Math.max(...values)} since this replica started; bounds ${last.min} to ${last.max}`,
  };
}

const rounded = (value: number): number => Math.round(value * 10) / 10;
