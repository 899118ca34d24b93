import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import process from 'node:process';
import { connect, contextsOf } from './cluster/connect.ts';
import type { Context } from './context.ts';
import { EXIT_CODES } from './exit-code.ts';
import { run } from './run.ts';

/** For a connection that does not end when it is told to. */
const END_WITHIN_MS = 1_000;
/** The build puts the version here. */
declare const PLUGIN_VERSION: string | undefined;

const { stdout, stderr, env } = process;
const version = typeof PLUGIN_VERSION === 'undefined' ? 'development' : PLUGIN_VERSION;

const interrupted = new AbortController();
process.once('SIGINT', () => {
  setTimeout(() => process.exit(EXIT_CODES.interrupted.code), END_WITHIN_MS).unref();
  interrupted.abort();
});
// Whoever reads the output may have seen enough, as `head` does.
stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : EXIT_CODES.failed.code));

const context: Context = {
  version,
  terminal: {
    out: (text) => void stdout.write(text),
    error: (text) => void stderr.write(text),
    isInteractive: stdout.isTTY,
    hasColours: stdout.isTTY && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb',
    get columns() {
      return stdout.isTTY ? stdout.columns : 120;
    },
    get rows() {
      return stdout.isTTY ? stdout.rows : 50;
    },
  },
  signal: interrupted.signal,
  now: () => new Date(),
  connect: (options) => connect(options, version),
  contexts: contextsOf,
  openBrowser: (url) => {
    const opener = { darwin: 'open', win32: 'explorer' }[process.platform as string] ?? 'xdg-open';
    // Without a browser, the URL that was printed is enough.
    spawn(opener, [url], { stdio: 'ignore', detached: true })
      .on('error', () => undefined)
      .unref();
  },
  createFile: (path, text) => writeFile(path, text, { flag: 'wx', mode: 0o600 }),
};

void run(process.argv.slice(2), context).then((code) => (process.exitCode = code));
