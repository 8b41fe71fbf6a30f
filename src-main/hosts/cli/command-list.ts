import type { CommandEntry } from './command.ts';

/** Every command, in the order in which `--help` shows them. Each module is loaded only when it is the one asked for. */
export const commandList: readonly CommandEntry[] = [
  {
    name: 'studio',
    summary: 'Open the studio (also when no command is given)',
    load: () => import('./commands/studio.ts'),
  },
  { name: 'import', summary: 'Bring folders of images into a dataset', load: () => import('./commands/import.ts') },
  { name: 'datasets', summary: 'List, rename or remove datasets', load: () => import('./commands/datasets.ts') },
  { name: 'images', summary: 'List the files of a dataset', load: () => import('./commands/images.ts') },
  {
    name: 'doctor',
    summary: 'Show versions, the machine and the library, and what is wrong',
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'train',
    summary: 'Learn what makes the images of a dataset alike',
    load: () => import('./commands/train.ts'),
  },
  {
    name: 'resume',
    summary: 'Go on with a run that was paused or cut off',
    load: () => import('./commands/resume.ts'),
  },
  {
    name: 'longer',
    summary: 'Train a run for longer: a new run from its checkpoint',
    load: () => import('./commands/longer.ts'),
  },
  { name: 'pause', summary: 'Ask a run to save a checkpoint and rest', load: () => import('./commands/pause.ts') },
  { name: 'runs', summary: 'List, show, compare, keep or remove runs', load: () => import('./commands/runs.ts') },
  { name: 'embed', summary: 'Encode a dataset with a run', load: () => import('./commands/embed.ts') },
  { name: 'search', summary: 'Find images like the given ones', load: () => import('./commands/search.ts') },
  { name: 'evaluate', summary: "Judge a run's encoder", load: () => import('./commands/evaluate.ts') },
];
