import { expect } from 'chai';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import ts from 'typescript';
import { root } from './cluster/paths.ts';

/** What one source file leans on. */
interface Source {
  readonly path: string;
  /** Paths from the root for relative imports, bare specifiers for the rest; imports of types alone are not among them. */
  readonly imports: readonly string[];
  readonly readsEnvironment: boolean;
  /** Defines a table of the database as a class. */
  readonly isModel: boolean;
}

interface Rule {
  readonly title: string;
  readonly applies: (path: string) => boolean;
  readonly breaks: (source: Source, sources: readonly Source[]) => boolean;
  /** Files by path, the first of which breaks the rule: the rule must find it. */
  readonly planted: Readonly<Record<string, string>>;
}

const CLIENT =
  /^(@kubernetes\/|undici$|(node:)?(https?|http2|net|tls)$|mysql2|sequelize|express)|\/runtime\/(?!conditions\.ts$)|\/database\//;

const importing = (pattern: RegExp) => (source: Source) => source.imports.some((target) => pattern.test(target));

const rules: readonly Rule[] = [
  {
    title: 'the operator imports nothing of the web app',
    applies: (path) => path.startsWith('operator/'),
    breaks: importing(/^webapp\//),
    planted: { 'operator/vacation-app/names.ts': `import { rules } from '../../webapp/bookings/rules.ts';` },
  },
  {
    title: 'the web app imports nothing of the operator',
    applies: (path) => path.startsWith('webapp/'),
    breaks: importing(/^operator\//),
    planted: { 'webapp/config.ts': `export { ports } from '../operator/api/ports.ts';` },
  },
  {
    title: 'neither imports what is for tests and scripts',
    applies: (path) => /^(operator|webapp)\//.test(path),
    breaks: importing(/^(test|scripts)\//),
    planted: { 'webapp/app.ts': `import { aTraveller } from '../test/support/travellers.ts';` },
  },
  {
    title: 'builders and status of the operator import no client',
    applies: (path) => /^operator\/[^/]+\/(resources\/.*|status)\.ts$/.test(path),
    breaks: importing(CLIENT),
    planted: { 'operator/vacation-app/resources/secret.ts': `import { KubeConfig } from '@kubernetes/client-node';` },
  },
  {
    title: 'rules of the web app import no client, no ORM and no Express',
    applies: (path) => /^webapp\/.*(^|\/)(rules|[^/]*-rules)\.ts$/.test(path),
    breaks: importing(CLIENT),
    planted: { 'webapp/bookings/rules.ts': `const { Op } = await import('sequelize');` },
  },
  {
    title: 'only stores, the database and the composition root import models',
    applies: (path) => !/(^webapp\/(database\/|services\.ts$)|store\.ts$)/.test(path),
    breaks: (source, sources) =>
      !source.isModel && sources.some((other) => other.isModel && source.imports.includes(other.path)),
    planted: {
      'webapp/bookings/routes.ts': `import { Booking } from './booking.ts';`,
      'webapp/bookings/booking.ts': `@Table({ tableName: 'bookings' }) export class Booking extends Model {}`,
    },
  },
  {
    title: 'only config.ts, and main files that hand it over, read the environment',
    applies: (path) =>
      /^(operator|webapp)\//.test(path) && !/(^|\/)(config|main|migrate|check-database)\.ts$/.test(path),
    breaks: (source) => source.readsEnvironment,
    planted: { 'webapp/app.ts': `const { env: settings } = process; export const port = settings['PORT'];` },
  },
  {
    title: 'the controller machinery knows nothing of vacation apps',
    applies: (path) => path.startsWith('operator/runtime/'),
    breaks: importing(/^operator\/(?!runtime\/)/),
    planted: { 'operator/runtime/controller.ts': `import { GROUP } from '../api/vacation-app.ts';` },
  },
];

/** What whoever runs the product counts on, and the folder that is built on it; Bootstrap is used by the styles, mocha and chai by the tests. */
const FIXED_PACKAGES = {
  '@kubernetes/client-node': 'operator/',
  express: 'webapp/',
  ejs: 'webapp/',
  sequelize: 'webapp/',
  'sequelize-typescript': 'webapp/',
  mysql2: 'webapp/',
  'express-session': 'webapp/',
  winston: 'webapp/',
};

const isOf = (name: string) => (specifier: string) => specifier === name || specifier.startsWith(`${name}/`);

describe('the architecture', () => {
  const sources = globSync('{operator,webapp}/**/*.ts', { cwd: root, exclude: ['**/node_modules/**', '**/public/**'] })
    .map((file) => file.split(sep).join('/'))
    .map((path) => sourceOf(path, readFileSync(join(root, path), 'utf8')));

  it('is looked at in the files of both programs', () => {
    expect(sources.map((source) => source.path)).to.include.members(['operator/main.ts', 'webapp/main.ts']);
  });

  for (const { title, applies, breaks, planted } of rules) {
    it(`keeps the rule: ${title}`, () => {
      const breaking = sources.filter((source) => applies(source.path) && breaks(source, sources));
      expect(breaking.map((source) => source.path)).to.deep.equal([]);
    });

    it(`would notice a breach of: ${title}`, () => {
      const files = Object.entries(planted).map(([path, text]) => sourceOf(path, text));
      const found = files.filter((file) => applies(file.path) && breaks(file, files));
      expect(found.map((file) => file.path)).to.deep.equal(Object.keys(planted).slice(0, 1));
    });
  }

  for (const [name, folder] of Object.entries(FIXED_PACKAGES)) {
    it(`uses ${name}`, () => {
      const users = sources.filter(({ path, imports }) => path.startsWith(folder) && imports.some(isOf(name)));
      expect(users).not.to.deep.equal([]);
    });
  }

  it('lets a type be imported from anywhere that a value may not', () => {
    expect(sourceOf('operator/vacation-app/status.ts', `import type { Cluster } from '../runtime/cluster.ts';`).imports)
      .to.be.empty;
  });
});

function sourceOf(path: string, text: string): Source {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: string[] = [];
  let readsEnvironment = false;
  let isModel = false;
  const visit = (node: ts.Node): void => {
    const specifier = valueImport(node);
    if (specifier !== undefined) imports.push(targetOf(path, specifier));
    if (isEnvironment(node)) readsEnvironment = true;
    if (ts.isClassDeclaration(node) && isTable(node)) isModel = true;
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { path, imports, readsEnvironment, isModel };
}

function targetOf(path: string, specifier: string): string {
  return specifier.startsWith('.')
    ? normalize(join(dirname(path), specifier))
        .split(sep)
        .join('/')
    : specifier;
}

/** The specifier of `import … from`, `export … from` and `import(…)`, unless only types are imported. */
function valueImport(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) && node.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword)
    return textOf(node.moduleSpecifier);
  if (ts.isExportDeclaration(node) && !node.isTypeOnly && node.moduleSpecifier) return textOf(node.moduleSpecifier);
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return textOf(node.arguments[0]);
  return undefined;
}

function isTable(node: ts.ClassDeclaration): boolean {
  return (ts.getDecorators(node) ?? []).some(({ expression }) => {
    const name = ts.isCallExpression(expression) ? expression.expression : expression;
    return ts.isIdentifier(name) && name.text === 'Table';
  });
}

/** `process.env`, `process['env']`, `const { env } = process`, `import { env } from 'node:process'`. */
function isEnvironment(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return isProcess(node.expression) && node.name.text === 'env';
  if (ts.isElementAccessExpression(node))
    return isProcess(node.expression) && textOf(node.argumentExpression) === 'env';
  if (ts.isBindingElement(node)) {
    const declaration = node.parent.parent;
    const taken = node.propertyName ?? node.name;
    return (
      ts.isVariableDeclaration(declaration) &&
      declaration.initializer !== undefined &&
      isProcess(declaration.initializer) &&
      ts.isIdentifier(taken) &&
      taken.text === 'env'
    );
  }
  if (!ts.isImportSpecifier(node)) return false;
  const module = textOf(node.parent.parent.parent.moduleSpecifier);
  return /^(node:)?process$/.test(module ?? '') && (node.propertyName ?? node.name).text === 'env';
}

function isProcess(node: ts.Expression): boolean {
  if (ts.isPropertyAccessExpression(node)) return node.name.text === 'process';
  return ts.isIdentifier(node) && node.text === 'process';
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node && ts.isStringLiteralLike(node) ? node.text : undefined;
}
