/** One of the things that may happen next. */
export interface Move {
  /** How likely it is beside the others; 0: only when nothing else may happen. */
  readonly weight: number;
  readonly name: string;
  readonly make: () => void | Promise<void>;
}
