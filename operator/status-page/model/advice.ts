import { REASONS } from '../../api/reasons.ts';
import type { Tone } from './health.ts';

interface Known {
  readonly kind: 'stalled' | 'reconciling' | 'ok' | 'aside' | 'event';
  readonly meaning: string;
  readonly stalledAfter?: string;
}

const TABLE: Readonly<Record<string, Known>> = REASONS;

/** A piece of a sentence. Code is shown as such. */
export interface Piece {
  readonly text: string;
  readonly isCode: boolean;
}

export interface Advice {
  /** What the reason means, and what to do. Empty for a reason that the table does not have. */
  readonly meaning: readonly Piece[];
  /** Whether somebody has to act. */
  readonly demand: string | undefined;
}

/** What the table of reasons says about a reason. */
export function adviceOf(reason: string): Advice {
  const known = Object.hasOwn(TABLE, reason) ? TABLE[reason] : undefined;
  if (!known) return { meaning: [], demand: undefined };
  return { meaning: piecesOf(known.meaning), demand: demandOf(known) };
}

export function toneOf(reason: string): Tone {
  const kind = Object.hasOwn(TABLE, reason) ? TABLE[reason]?.kind : undefined;
  if (kind === 'stalled') return 'bad';
  return kind === 'reconciling' ? 'busy' : 'quiet';
}

function demandOf({ kind, stalledAfter }: Known): string | undefined {
  if (kind === 'stalled') return 'Somebody has to act.';
  if (kind !== 'reconciling') return undefined;
  return stalledAfter === undefined
    ? 'It is expected to pass by itself.'
    : `It is expected to pass by itself. After ${stalledAfter} somebody has to act.`;
}

/** Splits text with Markdown's code and links. A link keeps its words only, because its target is in the reference. */
export function piecesOf(markdown: string): Piece[] {
  const text = markdown.replace(/\[([^\]]+)\]\([^)]*\)/g, '$1');
  return text
    .split('`')
    .map((part, index) => ({ text: part, isCode: index % 2 === 1 }))
    .filter((piece) => piece.text !== '');
}
