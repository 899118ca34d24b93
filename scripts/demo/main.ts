import { parseArgs } from 'node:util';
import { UnavailableError } from '../cluster/unavailable.ts';
import { demoDown } from './down.ts';
import { demoUp } from './up.ts';

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { context: { type: 'string' }, load: { type: 'boolean', default: false } },
  });
  const [verb = 'up', ...rest] = positionals;
  if (rest.length > 0 || !['up', 'down'].includes(verb)) {
    throw new UnavailableError(
      `Unknown command "${positionals.join(' ')}". npm run demo -- --help lists the commands.`,
    );
  }
  await (verb === 'up' ? demoUp(values) : demoDown());
} catch (error) {
  console.error(sentence(error));
  process.exitCode = 1;
}

/** An error that the user can fix, in one sentence. Other errors are bugs and are shown in full. */
function sentence(error: unknown): unknown {
  if (error instanceof UnavailableError) return error.message;
  if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
    return `${error.message.split('. ')[0] ?? ''}: npm run demo -- --help lists the options.`;
  }
  return error;
}
