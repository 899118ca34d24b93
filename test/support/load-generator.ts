// A process that makes load: LoadOptions as JSON for its argument, the LoadResult as JSON on stdout. The end of its stdin ends
// it early, so it ends with whoever started it, through whatever namespaces.
import process from 'node:process';
import { load, type LoadOptions } from './load.ts';

const stopped = new AbortController();
process.stdin.once('end', () => stopped.abort()).resume();
const options = JSON.parse(process.argv[2] ?? '{}') as LoadOptions;
console.log(JSON.stringify(await load(options, stopped.signal)));
process.stdin.destroy();
