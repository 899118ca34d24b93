import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** CPU time that a process has spent, all threads together, in milliseconds; the kernel counts it in nanoseconds. */
export function cpuMs(pid: number): number {
  const folder = `/proc/${pid}/task`;
  const nanoseconds = readdirSync(folder).map((thread) => {
    const path = `${folder}/${thread}/schedstat`;
    return existsSync(path) ? Number(readFileSync(path, 'utf8').split(' ')[0]) : 0;
  });
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6;
}

/** Its memory in MiB: what is resident now, its share of that (what others map too is divided), and the most there ever was. */
export function memoryMib(pid: number): { readonly resident: number; readonly share: number; readonly peak: number } {
  const of = (file: string, name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))?.[1]) / 1024;
  return { resident: of('status', 'VmRSS'), share: of('smaps_rollup', 'Pss'), peak: of('status', 'VmHWM') };
}
