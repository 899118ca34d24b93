import process from 'node:process';

const USUAL = 11;

/** How many rounds count, after one that only warms up. */
export const ROUNDS = Number(process.env.ROUNDS ?? USUAL);

/** A shortened run shows that the benchmark works. Its figures mean little, so nobody keeps them. */
export const isShortened = ROUNDS < USUAL;
