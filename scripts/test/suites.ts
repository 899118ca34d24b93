import { globSync } from 'node:fs';
import { sep } from 'node:path';
import { root } from '../cluster/paths.ts';
import { removeInstallation } from '../../test/e2e/install.ts';
import { chromium, cluster, gitopsHealth, kubeApiserver, mysql, type Need } from './needs.ts';

export const parts = ['static', 'unit', 'integration', 'browser', 'e2e'] as const;
export type Part = (typeof parts)[number];

/** Test files that one mocha process runs, and what the machine must have for them. */
export interface Suite {
  readonly name: string;
  readonly part: Part;
  readonly needs: readonly Need[];
  /** For one test or hook that sets no time-out of its own. */
  readonly testTimeoutMs: number;
  readonly timeoutMs: number;
  readonly holds: (file: string) => boolean;
  /** Two runs on one machine wait for one another: they share a thing of one name, a cluster. */
  readonly oneAtATime?: boolean;
  /** Takes away what outlives a mocha process that was killed. */
  readonly cleanUp?: () => Promise<void>;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const unit: Suite = {
  name: 'unit',
  part: 'unit',
  needs: [],
  testTimeoutMs: 30 * SECOND,
  timeoutMs: 5 * MINUTE,
  holds: (file) => !/^test\/(integration|browser|e2e|bench)\//.test(file),
};

const operatorIntegration: Suite = {
  name: 'integration: operator',
  part: 'integration',
  needs: [kubeApiserver, gitopsHealth],
  testTimeoutMs: 60 * SECOND,
  timeoutMs: 25 * MINUTE,
  holds: (file) => file.startsWith('test/integration/operator/'),
};

const webappIntegration: Suite = {
  name: 'integration: webapp',
  part: 'integration',
  needs: [mysql],
  testTimeoutMs: 60 * SECOND,
  timeoutMs: 30 * MINUTE,
  holds: (file) => /^test\/integration\/(?!operator\/)/.test(file),
};

const browser: Suite = {
  name: 'browser',
  part: 'browser',
  needs: [mysql, chromium],
  testTimeoutMs: 60 * SECOND,
  timeoutMs: 30 * MINUTE,
  holds: (file) => file.startsWith('test/browser/'),
};

const e2e: Suite = {
  name: 'e2e',
  part: 'e2e',
  needs: [chromium, cluster, gitopsHealth],
  testTimeoutMs: 5 * MINUTE,
  timeoutMs: 60 * MINUTE,
  holds: (file) => file.startsWith('test/e2e/'),
  oneAtATime: true,
  cleanUp: removeInstallation,
};

/**
 * The test ladder, in the order in which it is climbed; the suites of one rung run side by side. Those of the last one wait
 * more than they work. Every test file is in exactly one suite.
 */
export const ladder: readonly (readonly Suite[])[] = [[unit], [webappIntegration, browser], [e2e, operatorIntegration]];

/** All test sources, as paths from the root of the repository with forward slashes, sorted. */
export function testFiles(): string[] {
  return globSync('test/**/*.test.ts', { cwd: root })
    .map((file) => file.split(sep).join('/'))
    .sort();
}

/** The parts that the arguments name, in the order of the ladder; all where none is named. Throws on an unknown name. */
export function chosenParts(args: readonly string[]): Part[] {
  const unknown = args.filter((arg) => !parts.some((part) => part === arg));
  if (unknown.length > 0) throw new Error(`unknown part ${unknown.join(', ')}: the parts are ${parts.join(', ')}`);
  return parts.filter((part) => args.length === 0 || args.includes(part));
}
