import { CommanderError } from 'commander';
import { failureOf } from './cluster/failure.ts';
import { candidatesOf, lookupsOf } from './completion.ts';
import type { Context } from './context.ts';
import { EXIT_CODES } from './exit-code.ts';
import { createProgram } from './program.ts';

/** Runs one command line, and resolves to its exit code. A failure is told in one sentence. */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const program = createProgram(context);
  const [first, ...words] = args;
  // What kubectl_complete-vacation calls. The words are an unfinished command line, so nothing may parse them as a finished one.
  if (first === '__complete') {
    context.terminal.out(await candidatesOf(program, words, lookupsOf(context)));
    return EXIT_CODES.done.code;
  }
  if (args.length === 0) {
    context.terminal.out(program.helpInformation());
    return EXIT_CODES.done.code;
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return context.signal.aborted ? EXIT_CODES.interrupted.code : EXIT_CODES.done.code;
  } catch (error) {
    // Help and version end so too, with 0. The library has written what is wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.done.code : EXIT_CODES.usage.code;
    if (context.signal.aborted) return EXIT_CODES.interrupted.code;
    const { outcome, message } = failureOf(error);
    context.terminal.error(`error: ${message}\n`);
    return EXIT_CODES[outcome].code;
  }
}
