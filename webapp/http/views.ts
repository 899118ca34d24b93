import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import ejs from 'ejs';

export type View = (page: object) => string;

/**
 * Compiles every template of the folder at once, with its includes written into it: a mistake in any of them shows at
 * start, and rendering reads no file. In a template everything is reached through `page`.
 */
export function loadViews(folder = new URL('../views/', import.meta.url)): (name: string) => View {
  const views = new Map<string, View>();
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.ejs')) continue;
    const text = flattened(readFileSync(new URL(file, folder), 'utf8'), folder);
    const render = ejs.compile(text, { ...OPTIONS, filename: file });
    views.set(basename(file, '.ejs'), (page) => render(page));
  }
  return (name) => {
    const view = views.get(name);
    if (!view) throw new Error(`There is no view named ${name}`);
    return view;
  };
}

const OPTIONS = { strict: true, localsName: 'page', rmWhitespace: true, escape: escaped };

/** As EJS escapes, but quicker for what needs none, which is nearly everything. */
export function escaped(value: string | number | null | undefined): string {
  const text = value === undefined || value === null ? '' : String(value);
  return SPECIAL.test(text) ? text.replace(EACH_SPECIAL, (character) => ENTITIES[character] ?? '') : text;
}

const SPECIAL = /[&<>'"]/;
const EACH_SPECIAL = new RegExp(SPECIAL, 'g');
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

function flattened(text: string, folder: URL): string {
  return text.replace(/<%- include\('([\w/-]+)'\) -?%>/g, (_include, name: string) =>
    flattened(readFileSync(new URL(`${name}.ejs`, folder), 'utf8'), folder),
  );
}
