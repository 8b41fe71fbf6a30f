/**
 * Runs a built main process or preload script with the stand-in in Electron's place, and does what the test asks for.
 * Started as `node run.ts FILE WORDS…`; Electron's own `process.argv` has no script before the words of a packaged app.
 */
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { type Command, obey } from './commands.ts';

const double = new URL('double.ts', import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: double, shortCircuit: true } : next(specifier, context),
});
process.on('message', (command: Command) => void obey(command));
process.on('disconnect', () => process.exit(0));

Object.assign(process, { resourcesPath: process.env['DOUBLE_RESOURCES'] });

const [node, , file, ...words] = process.argv;
process.argv = [node!, ...words];
await import(pathToFileURL(file!).href);
process.send?.({ call: 'loaded', args: [] });
