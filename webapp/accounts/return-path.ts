/** Where a traveller may be sent after logging in: pages of ours that need it, with their search, and nothing else. */
export function returnPathOf(text: string): string | undefined {
  return /^\/(book|account|reservation(\/[0-9A-Z]{8}\/(ticket|change))?)(\?[\w=&.%+-]{0,200})?$/.test(text)
    ? text
    : undefined;
}

export function logInPath(goingTo: string): string {
  const path = returnPathOf(goingTo);
  return path === undefined ? '/login' : `/login?next=${encodeURIComponent(path)}`;
}
