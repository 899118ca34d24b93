/**
 * Where a traveller may be sent after logging in: only pages that need a log-in, with their search, and the addresses of their forms,
 * which redirect to the page. Undefined for anything else.
 */
export function returnPathOf(text: string): string | undefined {
  return PATH.test(text) ? text : undefined;
}

export function logInPath(goingTo: string): string {
  const path = returnPathOf(goingTo);
  return path === undefined ? '/login' : `/login?next=${encodeURIComponent(path)}`;
}

const PATHS = [
  'account(/(name|email(/confirm)?|password|sessions|delete))?',
  'book',
  'reservation(/undo|/[0-9A-Z]{8}/(ticket|change))?',
  'waitlist(/(take|leave))?',
];
const PATH = new RegExp(String.raw`^/(${PATHS.join('|')})(\?[\w=&.%+-]{0,200})?$`);
