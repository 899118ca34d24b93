import { createRulesCheck } from './rules.ts';
import { withSchemaDefaults, type Schema } from './schema.ts';
import { createStructureCheck, type Fault } from './structure.ts';
import type { VacationApp } from './vacation-app.ts';

/** What is wrong with an app by the rules of its schema, in one text; undefined where nothing is. */
export type Validate = (app: VacationApp) => string | undefined;

const MOST_FAULTS = 5;
/** As long as the message of an event may be. */
const LONGEST = 1_024;

/** Those who got past the API server are held against the same rules, in the same order: what is in CEL only where the structure is right. */
export function createValidation(schema: Schema): Validate {
  const { status: _, ...properties } = schema.properties ?? {};
  const declared: Schema = { ...schema, properties };
  const checks = [createStructureCheck(declared), createRulesCheck(declared)];
  return ({ metadata: { name }, spec }) => {
    const app = withSchemaDefaults(declared, { metadata: { name }, spec });
    for (const check of checks) {
      const faults = firstOf(check(app), MOST_FAULTS + 1);
      if (faults.length > 0) return textOf(faults);
    }
    return undefined;
  };
}

function firstOf(faults: Iterable<Fault>, most: number): Fault[] {
  const found: Fault[] = [];
  for (const fault of faults) {
    found.push(fault);
    if (found.length === most) break;
  }
  return found;
}

function textOf(faults: readonly Fault[]): string {
  const told = faults.slice(0, MOST_FAULTS).map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  const text = [...told, ...(faults.length > MOST_FAULTS ? ['and more'] : [])].join('; ');
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
