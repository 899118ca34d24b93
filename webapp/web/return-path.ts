/**
 * Where a traveller may be sent after logging in: pages of ours that need it, with their search, and addresses of forms, which lead
 * to their pages; and nothing else.
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
