import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'];
/** Experimental in axe: a name that differs from what is shown (WCAG 2.5.3). */
const RULES = { 'label-content-name-mismatch': { enabled: true } };

/** What breaks WCAG 2.2 AA in a page, as far as axe can tell. */
export async function axeFaults(page: Page): Promise<string[]> {
  // evaluated by the browser itself, which no content security policy stops
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe.source);
  const results: AxeResults = await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(TAGS)}, rules: ${JSON.stringify(RULES)}, resultTypes: ['violations'] })`,
  );
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ''}`),
  );
}
