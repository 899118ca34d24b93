import { type Throttle, TooMany } from '../throttling/throttle.ts';

/** Remembers sent forms for ten minutes, each by the token of its page. All pods know, so a form that is sent twice is recognised. */
export interface SentForms {
  note(form: string): Promise<void>;
  wasNoted(form: string, times: 1 | 2): Promise<boolean>;
}

/** `name` keeps the forms of one page apart from those of others. */
export function sentForms(throttle: Throttle, name: string): SentForms {
  const run = (form: string, count: number, counts: boolean) =>
    throttle.run([{ key: [name, form], limit: { count, seconds: REMEMBERED_SECONDS } }], nothing, () => counts);
  return {
    async note(form) {
      await run(form, 2, true);
    },
    wasNoted: async (form, times) => (await run(form, times, false)) instanceof TooMany,
  };
}

const REMEMBERED_SECONDS = 10 * 60;
const nothing = () => Promise.resolve();
