// A process that makes load: LoadOptions as JSON for its argument, the LoadResult as JSON on stdout. SIGTERM ends it early.
import process from 'node:process';
import { load, type LoadOptions } from './load.ts';

const stopped = new AbortController();
process.once('SIGTERM', () => stopped.abort());
const options = JSON.parse(process.argv[2] ?? '{}') as LoadOptions;
console.log(JSON.stringify(await load(options, stopped.signal)));
