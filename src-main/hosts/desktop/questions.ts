/** What the shell asks and says, in a message box's terms and beside the tray. */
import { isolated } from '#contract/isolated-name.ts';
import type { Activity } from '#contract/studio/desktop.ts';

export interface Question {
  type: 'question' | 'error';
  message: string;
  detail: string;
  buttons: string[];
  cancelId: number;
}

/** What would be cut off. */
export type Work = Pick<Activity, 'runs' | 'jobs'>;

export const isWorking = ({ runs, jobs }: Work): boolean => runs + jobs > 0;

/** Answers to `leaveQuestion`, in the order of its buttons. */
export const leaveAnswers = ['background', 'pause', 'stay'] as const;
export type LeaveAnswer = (typeof leaveAnswers)[number];

export function leaveQuestion({ runs }: Work): Question {
  if (runs === 0) return workQuestion;
  return {
    type: 'question',
    message: runs === 1 ? 'A training has not ended.' : `${runs} trainings have not ended.`,
    detail: 'Training can go on in the background, or pause at a checkpoint and go on when you resume it.',
    buttons: ['Go on in the background', 'Pause and quit', 'Cancel'],
    cancelId: leaveAnswers.indexOf('stay'),
  };
}

const workQuestion: Question = {
  type: 'question',
  message: 'Kindred is at work on your images.',
  detail:
    'That can go on in the background. If you quit now, images that are being added go on at the next start; a training ' +
    'that is being prepared is to be started again.',
  buttons: ['Go on in the background', 'Quit', 'Cancel'],
  cancelId: leaveAnswers.indexOf('stay'),
};

export const crashQuestion: Question = {
  type: 'error',
  message: 'The window has ended unexpectedly, twice within ten seconds.',
  detail: 'Nothing is lost, and a training goes on. Loading it again leads back to where you were.',
  buttons: ['Load again', 'Quit'],
  cancelId: 0,
};

export const hangQuestion: Question = {
  type: 'question',
  message: 'The window does not answer.',
  detail: 'It may go on by itself. Loading it again leads back to where you were; a training goes on in any case.',
  buttons: ['Wait', 'Load again'],
  cancelId: 0,
};

/** Beside the picture in the tray. */
export function trayText({ runs, jobs, share }: Activity): string {
  if (runs === 0) return jobs === 0 ? 'Kindred: nothing trains' : 'Kindred is at work on your images';
  return share === null ? 'Kindred is training' : `Kindred is training, ${Math.round(share * 100)} %`;
}

/** For the taskbar or dock, in Electron's numbers: a share in [0, 1], 2 for busy without a known end, −1 for no bar. */
export function barOf({ share, ...work }: Activity): number {
  return isWorking(work) ? (share ?? 2) : -1;
}

/** What the notice of a run that has ended is headed with. */
export const endedTitle = (name: string): string => `Training of “${isolated(name)}” has ended`;
