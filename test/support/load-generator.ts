// A process that makes load. Its argument is a LoadArgument as JSON. Each line on stdin is another rate per second. The end of
// stdin ends it, so it ends with whoever started it, through whatever namespaces. It writes the LoadResult as JSON to stdout.
import process from 'node:process';
import { createInterface } from 'node:readline';
import { load, type LoadOptions } from '../../scripts/demo/load.ts';

export type LoadArgument = Omit<LoadOptions, 'ratePerSecond'> & { readonly ratePerSecond: number };

const { url, connections, ratePerSecond } = JSON.parse(process.argv[2] ?? '{}') as LoadArgument;
let rate = ratePerSecond;
const stopped = new AbortController();
createInterface({ input: process.stdin })
  .on('line', (line) => (rate = Number(line)))
  .once('close', () => stopped.abort());
console.log(JSON.stringify(await load({ url, connections, ratePerSecond: () => rate }, stopped.signal)));
