import type { DesktopMessage } from '../../src-main/contract/studio/desktop.ts';
import { placeOfLink } from './address-parts.ts';
import { address } from './address.svelte.ts';
import type { Studio } from './studio.svelte.ts';

/** Does what the desktop shell asks for. @param run a command, by its name. */
export function takeMessage(studio: Studio, message: DesktopMessage, run: (name: string) => void): void {
  if (message.kind === 'command') run(message.name);
  else if (message.kind === 'paths')
    void studio.addImages((engine) => engine.dataset.import({ paths: [...message.paths] }));
  else {
    const place = placeOfLink(message.link);
    if (place === null) studio.notify('This link leads to nothing in Kindred.', true);
    else address.go(place);
  }
}
