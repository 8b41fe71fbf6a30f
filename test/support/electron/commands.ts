/** What a test can do to the main process that runs on the stand-in. */
import type { EventEmitter } from 'node:events';
import { fire, handed, type MenuEntry } from './double.ts';
import { answer, type Told } from './reports.ts';

export type Command = { readonly id: number } &
  /** Fires an event; the result says whether it was prevented. */
  (
    | {
        readonly do: 'fire';
        readonly on: string;
        readonly event: string;
        readonly fields: object;
        readonly args: Told[];
      }
    /** Calls a handler that was set; a function among the arguments is stood for by "(answer)", and the result is what it is called with. */
    | { readonly do: 'ask'; readonly handler: string; readonly args: Told[] }
    /** Sends on a channel from the page, or from a frame within it; the result is a handler's, where there is one. */
    | { readonly do: 'send'; readonly channel: string; readonly from: 'page' | 'frame' }
    /** Presses a button of the dialog that has waited longest. */
    | { readonly do: 'answer'; readonly response: number }
    | { readonly do: 'click'; readonly menu: string; readonly label: string }
    | { readonly do: 'menu'; readonly menu: string }
    /** Calls what a preload script exposed. */
    | { readonly do: 'use'; readonly exposed: string; readonly member: string; readonly args: Told[] }
  );

export async function obey(command: Command): Promise<void> {
  try {
    answer(command.id, await resultOf(command));
  } catch (error) {
    answer(command.id, null, error instanceof Error ? error.message : String(error));
  }
}

async function resultOf(command: Command): Promise<unknown> {
  if (command.do === 'fire') return fire(emitter(command.on), command.event, command.fields, ...command.args);
  if (command.do === 'ask') return asked(command.handler, command.args);
  if (command.do === 'send') return sent(command.channel, command.from);
  if (command.do === 'answer') return handed.dialogs.shift()?.(command.response);
  if (command.do === 'menu') return handed.menus.get(command.menu);
  if (command.do === 'click') return entries(command.menu).find(({ label }) => label === command.label)!.click!();
  const members = (handler(command.exposed) as () => Record<string, (...args: Told[]) => unknown>)();
  return members[command.member]!(...command.args);
}

function emitter(name: string): EventEmitter {
  const found = handed.emitters.get(name);
  if (found === undefined) throw new Error(`There is no ${name}.`);
  return found;
}

function handler(name: string): (...args: never[]) => unknown {
  const found = handed.handlers.get(name);
  if (found === undefined) throw new Error(`Nothing handles ${name}.`);
  return found;
}

function asked(name: string, args: readonly Told[]): unknown {
  let given: unknown;
  const take = (value: unknown): void => void (given = value);
  const returned = handler(name)(...(args.map((arg) => (arg === '(answer)' ? take : arg)) as never[]));
  return given === undefined ? returned : given;
}

function sent(channel: string, from: 'page' | 'frame'): unknown {
  const contents = emitter('contents') as EventEmitter & { readonly mainFrame: { readonly url: string } };
  // A frame within the page has the page's address and is not the page.
  const senderFrame = from === 'page' ? contents.mainFrame : { ...contents.mainFrame };
  const event = { senderFrame, sender: contents };
  const handle = handed.handlers.get(channel) as ((event: object) => unknown) | undefined;
  if (handle) return handle(event);
  emitter('ipcMain').emit(channel, event);
  return null;
}

function entries(menu: string): readonly MenuEntry[] {
  return (handed.menus.get(menu) ?? []).flatMap((entry) => [entry, ...(entry.submenu ?? [])]);
}
