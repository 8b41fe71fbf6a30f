/** The screens that are not the first: read from the engine on their own, so that the first is there sooner. */
export const laterScreens = {
  pairs: () => import('./PairsScreen.svelte'),
  train: () => import('./TrainScreen.svelte'),
  map: () => import('./MapScreen.svelte'),
};

/** Reads them all once the page has nothing else to do. */
export async function readLaterScreens(): Promise<void> {
  await new Promise((resolve) => requestIdleCallback(resolve, { timeout: 3000 }));
  await Promise.allSettled(Object.values(laterScreens).map((read) => read()));
}
