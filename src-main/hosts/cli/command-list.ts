import type { CommandEntry } from './command.ts';

/** Every command, in the order in which `--help` shows them. Each module is loaded only when it is the one asked for. */
export const commandList: readonly CommandEntry[] = [
  { name: 'import', summary: 'Bring folders of images into a dataset', load: () => import('./commands/import.ts') },
  { name: 'datasets', summary: 'List, rename or remove datasets', load: () => import('./commands/datasets.ts') },
  { name: 'images', summary: 'List the files of a dataset', load: () => import('./commands/images.ts') },
  {
    name: 'doctor',
    summary: 'Show versions, the machine and the library, and what is wrong',
    load: () => import('./commands/doctor.ts'),
  },
];
