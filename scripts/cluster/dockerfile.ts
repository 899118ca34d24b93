/** The paths of the build context that a Dockerfile copies: what decides, together with the file itself, what comes of it. */
export function copiedPaths(dockerfile: string): string[] {
  const instructions = dockerfile
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n');
  return [...new Set(instructions.flatMap(copied))].toSorted();
}

function copied(instruction: string): string[] {
  const [verb = '', ...words] = instruction.trim().split(/\s+/);
  if (!/^(COPY|ADD)$/i.test(verb)) return [];
  const flags = words.filter((word) => word.startsWith('--'));
  if (flags.some((flag) => flag.startsWith('--from='))) return [];
  return words.slice(flags.length, -1).map((path) => path.replace(/\/$/, ''));
}
