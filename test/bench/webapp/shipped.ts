import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../scripts/cluster/paths.ts';

/** How the image runs the web app: the environment that it sets, and the arguments of node before the program's own file. */
export interface Shipped {
  readonly env: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
}

export function shipped(dockerfile = readFileSync(join(root, 'Dockerfile.webapp'), 'utf8')): Shipped {
  const final = dockerfile.slice(dockerfile.lastIndexOf('\nFROM ')).replaceAll('\\\n', ' ');
  const settings = [...final.matchAll(/^ENV (.*)$/gm)].flatMap(([, line = '']) => [...line.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g)]); // prettier-ignore
  const [, command = '[]'] = /^CMD (\[.*\])$/m.exec(final) ?? [];
  return {
    env: Object.fromEntries(settings.map(([, name = '', quoted, plain]) => [name, quoted ?? plain ?? ''])),
    flags: (JSON.parse(command) as string[]).slice(1, -1),
  };
}
