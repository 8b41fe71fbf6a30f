/**
 * The command line: one process, one command. Nothing native is loaded before the Node version is known to be right,
 * and nothing a command does not need is loaded at all, so that small commands answer at once.
 */
const NODE_MAJOR = 24;

const found = Number.parseInt(process.versions.node, 10);
if (found < NODE_MAJOR) {
  process.stderr.write(
    `Kindred needs Node ${NODE_MAJOR} or newer; this is Node ${process.versions.node}. ` +
      'Start it with "npm start --", which brings its own.\n',
  );
  process.exit(1);
}

const { enableCompileCache } = await import('node:module');
const { compileCacheFolder } = await import('./folders.ts');
enableCompileCache(compileCacheFolder());
// For the processes and threads it starts.
process.env['NODE_COMPILE_CACHE'] ??= compileCacheFolder();

const { watchParent } = await import('./parent-watch.ts');
watchParent(() => process.kill(process.pid, 'SIGTERM'));

const { runCommandLine } = await import('./command-line.ts');
process.exitCode = await runCommandLine(process.argv.slice(2));
