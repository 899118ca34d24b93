import process from 'node:process';

/**
 * Node's own HTTP. Not by `import`: that reads all that the module exports, and some of it is loaded only when it is read, a second HTTP client
 * among it, which nobody here uses and which takes 9 MiB.
 */
export const http = process.getBuiltinModule('node:http');
