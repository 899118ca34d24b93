import { passesByItself } from './database/errors.ts';
import type { Logger } from './log.ts';

/** What is done now and then, and again the next time where it failed. */
export type Chore = () => Promise<void>;

export function runChore(chore: Chore, logger: Logger): void {
  chore().catch((error: unknown) => {
    if (passesByItself(error)) logger.debug('A chore waits for its next time', { error });
    else logger.error('A chore failed', { error });
  });
}
