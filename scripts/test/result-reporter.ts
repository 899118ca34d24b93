import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** What a mocha run writes to the file that the reporter option `output` names, when it has come to its end. */
export interface Results {
  passed: number;
  failures: string[];
  skips: string[];
}

/** The reporter option `patience`, unless given. */
const PATIENCE_MS = '15000';
const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Mocha.Runner.constants;

/**
 * Mocha's spec output, and the results as a file. A run whose process goes on after its last test has left something
 * open; that is a failure, and it is ended here, where what is open can still be told.
 */
class ResultReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const { output, patience = PATIENCE_MS } = options.reporterOptions as { output: string; patience?: string };
    const results: Results = { passed: 0, failures: [], skips: [] };
    const write = () => writeFileSync(output, JSON.stringify(results));

    runner.on(EVENT_TEST_PASS, () => (results.passed += 1));
    runner.on(EVENT_TEST_FAIL, (test) => results.failures.push(test.fullTitle()));
    runner.on(EVENT_TEST_PENDING, (test) => results.skips.push(test.fullTitle()));
    runner.once(EVENT_RUN_END, () => {
      write();
      setTimeout(() => {
        results.failures.push(`left open after the last test: ${process.getActiveResourcesInfo().join(', ')}`);
        console.error(results.failures.at(-1));
        write();
        process.exit(1);
      }, Number(patience)).unref();
    });
  }
}

// Mocha takes a reporter from a module by its default export.
export { ResultReporter as default };
