import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../scripts/cluster/paths.ts';

export const readReadme = (): Promise<string> => readFile(join(root, 'README.md'), 'utf8');

/** The first block of this language. */
export function blockIn(markdown: string, language: string): string {
  const [, block] = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(markdown) ?? [];
  if (block === undefined) throw new Error(`there is no block of ${language}`);
  return block;
}

/** The commands of the `sh` blocks, under one heading or all, without their comments. */
export function commandsIn(markdown: string, heading?: string): string[] {
  const text = heading === undefined ? markdown : (markdown.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '');
  return [...text.matchAll(/```sh\n(.*?)```/gs)]
    .flatMap(([, block = '']) => block.split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '');
}
