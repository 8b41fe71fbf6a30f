/** The engine as the shell knows it, saying only what a test says. Tests copy it to where the shell looks for the engine. */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const socket = connect(process.env['SCRIPTED_ENGINE_SOCKET']!);
socket.write(`${JSON.stringify({ words: process.argv.slice(2) })}\n`);
createInterface({ input: socket }).on('line', (line) => {
  const { say, exit } = JSON.parse(line) as { readonly say?: object; readonly exit?: number };
  if (say !== undefined) process.stdout.write(`${JSON.stringify(say)}\n`);
  if (exit !== undefined) process.exit(exit);
});
socket.on('close', () => process.exit(0));
process.stdin.on('end', () => socket.write(`${JSON.stringify({ inputEnded: true })}\n`)).resume();
