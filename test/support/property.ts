import { randomInt } from 'node:crypto';
import process from 'node:process';
import fc from 'fast-check';

const seed = Number(process.env.PROPERTY_SEED ?? randomInt(2 ** 31));
const runs = Number(process.env.PROPERTY_RUNS ?? 0);
let told = false;

/** How a property is looked at; PROPERTY_SEED does it again with the same values, PROPERTY_RUNS more often. */
export function chosen(numRuns: number): fc.Parameters<unknown> {
  if (!told) process.stdout.write(`      PROPERTY_SEED=${seed}\n`);
  told = true;
  return { seed, numRuns: runs > 0 ? runs : numRuns };
}

/** What somebody, or something, may put into a field. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ maxLength: 300 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((units) => String.fromCharCode(...units)),
  fc.integer().map(String),
  fc.double().map(String),
  fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }).map(dayOf),
  fc.date({ min: new Date('2032-01-01'), max: new Date('2036-12-31'), noInvalidDate: true }).map(dayOf),
  fc.emailAddress(),
  fc.constantFrom('', ' ', 'Yes', 'No', 'TRAPPIST-1 System', "Teegarden's Star System", '18', '150', '\0', '<b>'),
);

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
