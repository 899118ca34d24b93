import type { Counter, Throttle } from '../throttling/throttle.ts';

/** Remembers sent forms for ten minutes, each by the token of its page. All pods know, so a form that is sent twice is recognised. */
export interface SentForms {
  note(form: string): Promise<void>;
  wasNoted(form: string, times: 1 | 2): Promise<boolean>;
}

/** `name` keeps the forms of one page apart from those of others. */
export function sentForms(throttle: Throttle, name: string): SentForms {
  const counter = (form: string, count: number): Counter => ({
    key: [name, form],
    limit: { count, seconds: REMEMBERED_SECONDS },
  });
  return {
    async note(form) {
      await throttle.run([counter(form, 2)], () => Promise.resolve(), () => true); // prettier-ignore
    },
    wasNoted: (form, times) => throttle.isFull(counter(form, times)),
  };
}

const REMEMBERED_SECONDS = 10 * 60;
