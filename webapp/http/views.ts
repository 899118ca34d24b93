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
    const render = ejs.compile(text, { strict: true, localsName: 'page', rmWhitespace: true, filename: file });
    views.set(basename(file, '.ejs'), (page) => render(page));
  }
  return (name) => {
    const view = views.get(name);
    if (!view) throw new Error(`There is no view named ${name}`);
    return view;
  };
}

function flattened(text: string, folder: URL): string {
  return text.replace(/<%- include\('([\w/-]+)'\) -?%>/g, (_include, name: string) =>
    flattened(readFileSync(new URL(`${name}.ejs`, folder), 'utf8'), folder),
  );
}
