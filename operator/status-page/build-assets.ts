import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compileAsync } from 'sass';

const SOURCE = new URL('./', import.meta.url);
const TARGET = new URL('../../dist/operator/status-page/', import.meta.url);

/** Puts what the status page reads at run time beside its compiled code: templates, style sheet, script and images. */
export async function buildAssets(): Promise<void> {
  for (const folder of ['views/', 'public/']) {
    mkdirSync(new URL(folder, TARGET), { recursive: true });
    cpSync(new URL(folder, SOURCE), new URL(folder, TARGET), { recursive: true });
  }
  const script = readFileSync(new URL('browser/live.js', TARGET), 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '');
  writeFileSync(new URL('public/live.js', TARGET), script);
  writeFileSync(new URL('public/status-page.css', TARGET), await styleSheet());
}

async function styleSheet(): Promise<string> {
  const { css } = await compileAsync(fileURLToPath(new URL('styles/status-page.scss', SOURCE)), {
    style: 'compressed',
    loadPaths: [fileURLToPath(new URL('../../node_modules', SOURCE))],
    quietDeps: true,
    // Bootstrap 5.3 still uses @import, as do those who change its variables.
    silenceDeprecations: ['import', 'global-builtin', 'color-functions', 'if-function'],
  });
  return css;
}

if (import.meta.main) await buildAssets();
