import { expect } from 'chai';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import ts from 'typescript';
import { root } from '../scripts/cluster/paths.ts';

/** What one source file leans on. */
interface Source {
  readonly path: string;
  /** Paths from the root for relative imports, bare specifiers for the rest; imports of types alone are not among them. */
  readonly imports: readonly string[];
  readonly readsEnvironment: boolean;
  /** The tables of the database that its classes are models of. */
  readonly models: readonly string[];
  /** The tables that its statements make. */
  readonly makesTables: readonly string[];
  readonly holdsSql: boolean;
  /** Casts past what a type says: `as unknown as`. */
  readonly casts: boolean;
  /** Takes a part of an app's spec that only one kind of database has. */
  readonly asksForDatabase: boolean;
}

interface Rule {
  readonly title: string;
  readonly applies: (path: string) => boolean;
  readonly breaks: (source: Source, sources: readonly Source[]) => boolean;
  /** Files by path, the first of which breaks the rule: the rule must find it. */
  readonly planted: Readonly<Record<string, string>>;
  /** How many of them do. */
  readonly plantedBreaks?: number;
}

const CLIENT =
  /^(@kubernetes\/|undici$|(node:)?(https?|http2|net|tls)$|mysql2|sequelize|express)|\/runtime\/(?!client\/kinds\.ts$)|^webapp\/database\//;

/** The files that use the controller machinery: they have effects, or react to its errors and records. The others below `vacation-app/` only compute. */
const MACHINERY_USERS: readonly string[] = [
  'cache-transform.ts',
  'children/applied-pod-metadata.ts',
  'children/apply-child.ts',
  'children/ownership.ts',
  'credentials/apply-credentials.ts',
  'credentials/credentials.ts',
  'database/managed/give-up-volume.ts',
  'database/managed/volume.ts',
  'reconcile.ts',
  'refusals.ts',
  'status/drift.ts',
  'status/failure.ts',
  'status/report.ts',
  'web/apply-web-deployment.ts',
  'web/replicas.ts',
].map((file) => `operator/vacation-app/${file}`);

/** What of the kubectl plugin connects to a cluster or listens, and the writer of YAML, which is the client's. */
const PLUGIN_EFFECTS = /\/(cluster\/[^/]+|verbs\/open|text\/yaml)\.ts$/;

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
    applies: (path) => path.startsWith('operator/vacation-app/') && !MACHINERY_USERS.includes(path),
    breaks: importing(CLIENT),
    planted: { 'operator/vacation-app/web/web-secret.ts': `import { KubeConfig } from '@kubernetes/client-node';` },
  },
  {
    title: 'rules of the web app import no client, no ORM and no Express',
    applies: (path) => /^webapp\/.*(^|\/)(rules|[^/]*-rules)\.ts$/.test(path),
    breaks: importing(CLIENT),
    planted: { 'webapp/bookings/rules.ts': `const { Op } = await import('sequelize');` },
  },
  {
    title: 'only stores, and the composition root, which registers them, import models',
    applies: (path) => !/(^webapp\/services\.ts|store\.ts)$/.test(path),
    breaks: (source, sources) =>
      !isModel(source) && sources.some((other) => isModel(other) && source.imports.includes(other.path)),
    planted: {
      'webapp/bookings/routes.ts': `import { Booking } from './booking.ts';`,
      'webapp/bookings/booking.ts': `@Table({ tableName: 'bookings' }) export class Booking extends Model {}`,
    },
  },
  {
    title: 'every table in the migrations has a model',
    applies: (path) => path.startsWith('webapp/database/migrations/'),
    breaks: ({ makesTables }, sources) => {
      const models = sources.flatMap((source) => source.models);
      return makesTables.some((table) => !models.includes(table));
    },
    planted: {
      'webapp/database/migrations/0009-rocket.ts':
        'const ROCKET = `\n  CREATE TABLE IF NOT EXISTS rocket (\n id INT)`;',
      'webapp/database/migrations/0001-first-schema.ts': `const BOOKING = 'CREATE TABLE booking (id INT)';`,
      'webapp/bookings/booking.ts': `@Table({ tableName: 'booking', timestamps: false }) class Booking extends Model {}`,
    },
  },
  {
    title: 'SQL stands only in the files that are listed with their reason',
    applies: (path) => path.startsWith('webapp/') && !SQL_FILES.has(path) && !path.startsWith(MIGRATIONS),
    breaks: (source) => source.holdsSql,
    planted: {
      'webapp/bookings/view.ts': 'const trips = (id: number) => `\n  SELECT * FROM booking WHERE id = ${id}`;',
      'webapp/mail/mail-store.ts': `const LOCK = 'SELECT id FROM mail FOR UPDATE SKIP LOCKED';`,
    },
  },
  {
    title: 'the web app casts to a private interface only for the deadline of a statement',
    applies: (path) => path.startsWith('webapp/') && path !== 'webapp/database/deadline.ts',
    breaks: (source) => source.casts,
    planted: { 'webapp/app.ts': `const inner = app as unknown as { handle(): void };` },
  },
  {
    title: 'nothing of the web app answers requests but Express, and the server of the probes',
    applies: (path) => path.startsWith('webapp/') && !/^webapp\/(main|probes\/probe-server)\.ts$/.test(path),
    breaks: importing(/^(node:)?(http|https|http2)$/),
    planted: { 'webapp/web/fast-pages.ts': `import { createServer } from 'node:http';` },
  },
  {
    title: 'the folders of the web app import one another in one direction',
    applies: (path) => webappFolder(path) !== undefined,
    breaks: ({ path, imports }, sources) => {
      const own = webappFolder(path);
      return imports.some((target) => {
        const folder = webappFolder(target);
        return folder !== undefined && folder !== own && foldersBehind(folder, sources).has(own);
      });
    },
    planted: {
      'webapp/web/pages.ts': `import { returnPathOf } from '../accounts/return-path.ts';`,
      'webapp/accounts/routes.ts': `import { trips } from '../bookings/trips.ts';`,
      'webapp/bookings/trips.ts': `import { textOf } from '../web/form.ts';`,
    },
    plantedBreaks: 3,
  },
  {
    title: 'only config.ts, and main files that hand it over, read the environment',
    applies: (path) =>
      /^(operator|webapp)\//.test(path) && !/(^|\/)(config|main|migrate|check-database)\.ts$/.test(path),
    breaks: (source) => source.readsEnvironment,
    planted: { 'webapp/app.ts': `const { env: settings } = process; export const port = settings['PORT'];` },
  },
  {
    title: 'the API of the operator leans on nothing else of it',
    applies: (path) => path.startsWith('operator/api/'),
    breaks: importing(/^operator\/(?!api\/)/),
    planted: { 'operator/api/defaults.ts': `import { keyOf } from '../runtime/client/kinds.ts';` },
  },
  {
    title: 'only the kinds of databases ask which database an app declares',
    applies: (path) => path.startsWith('operator/') && !/^operator\/(api|vacation-app\/database)\//.test(path),
    breaks: (source) => source.asksForDatabase,
    planted: {
      'operator/vacation-app/plan.ts': `const isExternal = app.spec.database.external !== undefined;`,
      'operator/vacation-app/facts.ts': `const { managed } = app.spec.database;`,
    },
    plantedBreaks: 2,
  },
  {
    title: 'models of the status page are functions of the caches: they import no client and no Express',
    applies: (path) => path.startsWith('operator/status-page/model/'),
    breaks: importing(
      /^(@kubernetes\/|express|(node:)?https?$)|\/runtime\/client\/(?!kinds\.ts$)|\/status-page\/(?!model\/)/,
    ),
    planted: { 'operator/status-page/model/rocket.ts': `import { Rights } from '../access/rights.ts';` },
  },
  {
    title: 'no kind of database leans on the list of kinds, which is made of them',
    applies: (path) => /^operator\/vacation-app\/database\/[^/]+\//.test(path),
    breaks: ({ path }, sources) => leansOn(path, 'operator/vacation-app/database/database.ts', sources),
    planted: {
      'operator/vacation-app/database/managed/volume.ts': `import { hashOf } from '../../names.ts';`,
      'operator/vacation-app/names.ts': `import { databaseKindOf } from './database/database.ts';`,
    },
  },
  {
    title: 'models, texts and redaction of the kubectl plugin import no client',
    applies: (path) => path.startsWith('operator/kubectl-plugin/') && !PLUGIN_EFFECTS.test(path),
    breaks: importing(CLIENT),
    planted: { 'operator/kubectl-plugin/model/pod-model.ts': `import { KubeConfig } from '@kubernetes/client-node';` },
  },
  {
    title: 'the demo lives off nothing that is for tests',
    applies: (path) => /^scripts\/(demo|cluster)\//.test(path),
    breaks: importing(/^test\//),
    planted: { 'scripts/demo/up.ts': `import { install } from '../../test/e2e/install.ts';` },
  },
  {
    title: 'the controller machinery knows nothing of vacation apps',
    applies: (path) => path.startsWith('operator/runtime/'),
    breaks: importing(/^operator\/(?!runtime\/)/),
    planted: { 'operator/runtime/queue/controller.ts': `import { GROUP } from '../../api/vacation-app.ts';` },
  },
];

const MIGRATIONS = 'webapp/database/migrations/';

/** What no model can express; each statement of a store says which of the four reasons it has. */
const SQL_FILES: ReadonlyMap<string, string> = new Map([
  ['webapp/bookings/booking-store.ts', 'the conditional counter, FOR UPDATE OF, the counter check'],
  ['webapp/throttling/throttle-store.ts', 'the conditional counter'],
  ['webapp/mail/mail-store.ts', 'FOR UPDATE OF, SKIP LOCKED'],
  ['webapp/database/connection.ts', 'the settings of a session'],
  ['webapp/database/schema.ts', 'the names of what was applied, asked beside the pool'],
  [
    'webapp/database/run-migrations.ts',
    'GET_LOCK, and the names of what was applied, before there is a schema for models',
  ],
  ['webapp/database/try-to-write.ts', 'what the probe and the check of a database ask, beside the pool'],
  ['webapp/database/version.ts', 'the version of a server that is not trusted yet'],
]);

/** `bookings` of `webapp/bookings/routes.ts`. */
function webappFolder(path: string): string | undefined {
  return /^webapp\/([^/]+)\//.exec(path)?.[1];
}

/** The folders of the web app that one folder needs, and those that they need. */
function foldersBehind(folder: string, sources: readonly Source[], found = new Set<string | undefined>()) {
  for (const { path, imports } of sources) {
    if (webappFolder(path) !== folder) continue;
    for (const next of imports.map(webappFolder)) {
      if (next === undefined || next === folder || found.has(next)) continue;
      found.add(next);
      foldersBehind(next, sources, found);
    }
  }
  return found;
}

/** Whether a file imports another one, itself or through what it imports. */
function leansOn(path: string, target: string, sources: readonly Source[], seen = new Set<string>()): boolean {
  if (seen.has(path)) return false;
  seen.add(path);
  const { imports = [] } = sources.find((source) => source.path === path) ?? {};
  return imports.includes(target) || imports.some((next) => leansOn(next, target, sources, seen));
}

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

const isModel = ({ models }: Source) => models.length > 0;

const isOf = (name: string) => (specifier: string) => specifier === name || specifier.startsWith(`${name}/`);

const SQL =
  /\b(SELECT|INSERT INTO|UPDATE \S+ SET|DELETE FROM|(CREATE|ALTER|DROP) TABLE|SET (NAMES|SESSION|GLOBAL)|SHOW|FOR UPDATE|EXISTS \()\b/;

describe('the architecture', () => {
  const sources = globSync('{operator,webapp}/**/*.ts', { cwd: root, exclude: ['**/node_modules/**', '**/public/**'] })
    .map((file) => file.split(sep).join('/'))
    .map((path) => sourceOf(path, readFileSync(join(root, path), 'utf8')));

  it('is looked at in the files of both programs', () => {
    expect(sources.map((source) => source.path)).to.include.members(['operator/main.ts', 'webapp/main.ts']);
  });

  for (const { title, applies, breaks, planted, plantedBreaks = 1 } of rules) {
    it(`keeps the rule: ${title}`, () => {
      const breaking = sources.filter((source) => applies(source.path) && breaks(source, sources));
      expect(breaking.map((source) => source.path)).to.deep.equal([]);
    });

    it(`would notice a breach of: ${title}`, () => {
      const files = Object.entries(planted).map(([path, text]) => sourceOf(path, text));
      const found = files.filter((file) => applies(file.path) && breaks(file, files));
      expect(found.map((file) => file.path)).to.deep.equal(Object.keys(planted).slice(0, plantedBreaks));
    });
  }

  for (const [name, folder] of Object.entries(FIXED_PACKAGES)) {
    it(`uses ${name}`, () => {
      const users = sources.filter(({ path, imports }) => path.startsWith(folder) && imports.some(isOf(name)));
      expect(users).not.to.deep.equal([]);
    });
  }

  it('lists no file as a user of the machinery that is none', () => {
    const users = sources.filter(importing(CLIENT)).map(({ path }) => path);
    expect(users).to.include.members([...MACHINERY_USERS]);
  });

  it('lists no file for its SQL that holds none', () => {
    const holding = sources.filter(({ holdsSql }) => holdsSql).map(({ path }) => path);
    expect(holding).to.include.members([...SQL_FILES.keys()]);
  });

  it('lets a type be imported from anywhere that a value may not', () => {
    expect(
      sourceOf(
        'operator/vacation-app/status/status.ts',
        `import type { Cluster } from '../../runtime/apply/cluster.ts';`,
      ).imports,
    ).to.be.empty;
  });
});

function sourceOf(path: string, text: string): Source {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: string[] = [];
  let readsEnvironment = false;
  const models: string[] = [];
  const makesTables: string[] = [];
  let holdsSql = false;
  let casts = false;
  let asksForDatabase = false;
  const visit = (node: ts.Node): void => {
    const specifier = valueImport(node);
    if (specifier !== undefined) imports.push(targetOf(path, specifier));
    if (isEnvironment(node)) readsEnvironment = true;
    if (ts.isClassDeclaration(node)) models.push(...tablesOf(node));
    const written = writtenText(node);
    if (written !== undefined) {
      holdsSql ||= SQL.test(written);
      for (const [, table = ''] of written.matchAll(/\bCREATE TABLE (?:IF NOT EXISTS )?(\w+)/g))
        makesTables.push(table);
    }
    if (ts.isAsExpression(node) && ts.isAsExpression(node.expression)) casts = true;
    if (isDatabaseField(node)) asksForDatabase = true;
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { path, imports, readsEnvironment, models, makesTables, holdsSql, casts, asksForDatabase };
}

function targetOf(path: string, specifier: string): string {
  return specifier.startsWith('.')
    ? normalize(join(dirname(path), specifier))
        .split(sep)
        .join('/')
    : specifier;
}

/** The specifier of `import … from`, `export … from`, `import(…)` and `app.set('view engine', …)`, unless only types are imported. */
function valueImport(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) && node.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword)
    return textOf(node.moduleSpecifier);
  if (ts.isExportDeclaration(node) && !node.isTypeOnly && node.moduleSpecifier) return textOf(node.moduleSpecifier);
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return textOf(node.arguments[0]);
  // Express loads its view engine by this name
  if (ts.isCallExpression(node) && textOf(node.arguments[0]) === 'view engine') return textOf(node.arguments[1]);
  return undefined;
}

/** What stands in quotes, or in one piece of a template. */
function writtenText(node: ts.Node): string | undefined {
  return ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)
    ? node.text
    : undefined;
}

/** The names in `@Table({ tableName: '…' })`. */
function tablesOf(node: ts.ClassDeclaration): string[] {
  return (ts.getDecorators(node) ?? []).flatMap(({ expression }) => {
    if (!ts.isCallExpression(expression) || !ts.isIdentifier(expression.expression)) return [];
    const [options] = expression.arguments;
    if (expression.expression.text !== 'Table' || !options || !ts.isObjectLiteralExpression(options)) return [];
    return options.properties.flatMap((property) =>
      ts.isPropertyAssignment(property) && property.name.getText() === 'tableName'
        ? [textOf(property.initializer) ?? '']
        : [],
    );
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

/** `….external`, `….managed`, `const { external } = …`. */
function isDatabaseField(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return /^(external|managed)$/.test(node.name.text);
  return ts.isBindingElement(node) && /^(external|managed)$/.test((node.propertyName ?? node.name).getText());
}

function isProcess(node: ts.Expression): boolean {
  if (ts.isPropertyAccessExpression(node)) return node.name.text === 'process';
  return ts.isIdentifier(node) && node.text === 'process';
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node && ts.isStringLiteralLike(node) ? node.text : undefined;
}
