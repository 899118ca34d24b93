/**
 * Loads the live part of a page again when the server says that it has changed. It keeps the focus, and what was opened. Without this script
 * the pages are whole: the address can ask for a refresh.
 */
const AGAIN_MS = 5_000;
const LONGEST_LOAD_MS = 30_000;

const region = document.querySelector<HTMLElement>('[data-live]');
const note = document.querySelector<HTMLElement>('[data-live-note]');
const address = region?.dataset.live;
let isLoading = false;
/** Whether the page has changed since the last load began. */
let isStale = false;
let stream: EventSource | undefined;
if (region && address !== undefined && address !== '') {
  follow(region, address);
  document.addEventListener('visibilitychange', () => follow(region, address));
}

/** Follows the changes while the page is seen. In a tab behind others it rests. */
function follow(live: HTMLElement, from: string): void {
  stream?.close();
  stream = document.hidden ? undefined : connect(live, from);
}

function connect(live: HTMLElement, from: string): EventSource {
  const source = new EventSource(from);
  source.addEventListener('open', () => {
    tell('Live');
    // Nobody has told of the changes since the page was made, or while there was no connection.
    void reload(live);
  });
  source.addEventListener('changed', () => void reload(live));
  source.addEventListener('ended', () => {
    source.close();
    // The page then asks to sign in, or tells that the app cannot be seen.
    location.reload();
  });
  source.addEventListener('error', () => {
    tell('Connection lost, trying again');
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => {
      void reload(live).then(() => follow(live, from));
    }, AGAIN_MS);
  });
  return source;
}

/** Loads one answer at a time. Changes during a load lead to one more, however many they are. */
async function reload(live: HTMLElement): Promise<void> {
  isStale = true;
  if (isLoading || document.hidden) return;
  isLoading = true;
  try {
    while (isStale) {
      isStale = false;
      await load(live);
    }
  } finally {
    isLoading = false;
  }
}

async function load(live: HTMLElement): Promise<void> {
  const signal = AbortSignal.timeout(LONGEST_LOAD_MS);
  const response = await fetch(location.href, { headers: { accept: 'text/html' }, signal }).catch(() => undefined);
  const html = await response?.text().catch(() => undefined);
  if (!response || html === undefined) {
    setTimeout(() => void reload(live), AGAIN_MS);
    return;
  }
  if (response.redirected) {
    location.reload();
    return;
  }
  const loaded = new DOMParser().parseFromString(html, 'text/html');
  const next = loaded.querySelector('[data-live]');
  if (!next) {
    location.reload();
    return;
  }
  document.title = loaded.title;
  const focused = live.contains(document.activeElement) ? document.activeElement : null;
  const isOpen = new Map([...live.querySelectorAll('details')].map(({ id, open }) => [id, open]));
  live.replaceChildren(...next.childNodes);
  for (const details of live.querySelectorAll('details')) details.open = isOpen.get(details.id) ?? details.open;
  if (focused) focusAgain(live, focused);
}

/** Focuses the element that stands for the one that had the focus: the summary of the same details, or the same link. */
function focusAgain(live: HTMLElement, focused: Element): void {
  const details = focused.tagName === 'SUMMARY' ? focused.parentElement?.id : undefined;
  const selector =
    details !== undefined
      ? `#${CSS.escape(details)} > summary`
      : `a[href="${CSS.escape(focused.getAttribute('href') ?? '')}"]`;
  live.querySelector<HTMLElement>(selector)?.focus({ preventScroll: true });
}

function tell(text: string): void {
  if (note && note.textContent !== text) note.textContent = text;
}

export {};
