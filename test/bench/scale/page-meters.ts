/** Meters that run in the page: each is handed to it whole, so it may use nothing from around it. */

/** Milliseconds since the page was asked for until every cell in sight shows its picture. */
export function untilPicturesShow(): Promise<number> {
  return new Promise((resolve) => {
    const look = (): void => {
      const grid = document.querySelector('[role=grid]');
      const area = grid?.getBoundingClientRect();
      const cells = [...(grid?.querySelectorAll('[role=gridcell]') ?? [])].filter((cell) => {
        const { top, bottom } = cell.getBoundingClientRect();
        return area !== undefined && bottom > area.top && top < area.bottom;
      });
      const isShown = (cell: Element): boolean => {
        const image = cell.querySelector('img');
        return image === null ? cell.childElementCount > 0 : image.complete && image.naturalWidth > 0;
      };
      if (cells.length > 0 && cells.every(isShown)) resolve(performance.now());
      else requestAnimationFrame(look);
    };
    look();
  });
}

export interface ScrollFrames {
  /** Milliseconds between frames. */
  readonly frames: number[];
  /** How long each cell that came into sight was without its picture, in milliseconds. */
  readonly blanks: number[];
}

/** Scrolls the grid for a while, so many pixels a second. */
export function scrollFrames({ speedPx, forMs }: { speedPx: number; forMs: number }): Promise<ScrollFrames> {
  return new Promise((resolve) => {
    const grid = document.querySelector<HTMLElement>('[role=grid]')!;
    const area = grid.getBoundingClientRect();
    const frames: number[] = [];
    const blanks: number[] = [];
    const blankSince = new Map<string, number>();
    const seen = new Set<string>();
    const begin = performance.now();
    let before = begin;
    const look = (now: number): void => {
      if (now > before) frames.push(now - before);
      const step = (speedPx * Math.max(0, now - before)) / 1000;
      before = Math.max(now, before);
      const inSight = new Set<string>();
      for (const cell of grid.querySelectorAll('[role=gridcell]')) {
        const { top, bottom } = cell.getBoundingClientRect();
        if (bottom <= area.top || top >= area.bottom) continue;
        inSight.add(cell.id);
        if (seen.has(cell.id)) continue;
        const image = cell.querySelector('img');
        const isShown = image === null ? cell.childElementCount > 0 : image.complete && image.naturalWidth > 0;
        if (!isShown) blankSince.set(cell.id, blankSince.get(cell.id) ?? now);
        else {
          seen.add(cell.id);
          blanks.push(now - (blankSince.get(cell.id) ?? now));
          blankSince.delete(cell.id);
        }
      }
      for (const [id, since] of blankSince) {
        if (inSight.has(id)) continue;
        blanks.push(now - since);
        blankSince.delete(id);
      }
      if (now - begin > forMs) {
        for (const since of blankSince.values()) blanks.push(now - since);
        return resolve({ frames, blanks });
      }
      grid.scrollTop += step;
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

/** Puts the grid's scrollbar at a share of its way; milliseconds until all pictures in sight show. */
export function jumpTo(share: number): Promise<number> {
  const grid = document.querySelector<HTMLElement>('[role=grid]')!;
  const begin = performance.now();
  grid.scrollTop = share * (grid.scrollHeight - grid.clientHeight);
  return new Promise((resolve) => {
    const look = (): void => {
      const area = grid.getBoundingClientRect();
      const isBlank = [...grid.querySelectorAll('[role=gridcell]')].some((cell) => {
        const { top, bottom } = cell.getBoundingClientRect();
        const image = cell.querySelector('img');
        if (bottom <= area.top || top >= area.bottom) return false;
        return image === null ? cell.childElementCount === 0 : !image.complete || image.naturalWidth === 0;
      });
      if (!isBlank && performance.now() - begin > 1) resolve(performance.now() - begin);
      else requestAnimationFrame(look);
    };
    // The cells of the new place are made in the next frame.
    requestAnimationFrame(() => requestAnimationFrame(look));
  });
}

/**
 * Clicks on a label among the filters; milliseconds until the list's count, and until the counts of the other filters,
 * are others.
 */
export function clickFilter(index: number): Promise<{ list: number; counts: number }> {
  const sectionOf = (title: string): Element =>
    [...document.querySelectorAll('aside[aria-label=Filters] section')].find((section) =>
      section.querySelector('h2')?.textContent?.trim().startsWith(title),
    )!;
  const splits = (): string => sectionOf('Splits').textContent;
  const heading = (): string => document.querySelector('section[aria-label=Images] h1')?.textContent ?? '';
  const before = { heading: heading(), counts: splits() };
  const begin = performance.now();
  let list = 0;
  sectionOf('Labels').querySelectorAll<HTMLElement>('li button')[index]!.click();
  return new Promise((resolve) => {
    const look = (): void => {
      const now = performance.now();
      if (list === 0 && heading() !== before.heading) list = now - begin;
      if (list > 0 && splits() !== before.counts) resolve({ list, counts: now - begin });
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

/** Asks for what is like the cell at a place; milliseconds until the answer stands there, and until it shows its pictures. */
export function searchLike(place: number): Promise<{ answer: number; pictures: number }> {
  const grid = (): Element => document.querySelector('[role=grid]')!;
  const cells = [...grid().querySelectorAll('[role=gridcell]')];
  const firstBefore = cells[0]!.querySelector('.caption')?.textContent ?? '';
  const labelBefore = cells
    .slice(0, 8)
    .map((cell) => cell.getAttribute('aria-label'))
    .join();
  const begin = performance.now();
  cells[place]!.dispatchEvent(new MouseEvent('dblclick', { bubbles: true }));
  let answer = 0;
  return new Promise((resolve) => {
    const look = (): void => {
      const now = performance.now() - begin;
      const shown = [...grid().querySelectorAll('[role=gridcell]')];
      const labels = shown
        .slice(0, 8)
        .map((cell) => cell.getAttribute('aria-label'))
        .join();
      const isOther =
        (shown[0]?.querySelector('.caption')?.textContent ?? '') !== firstBefore || labels !== labelBefore;
      if (answer === 0 && grid().getAttribute('aria-label') === 'Similar images' && shown.length > 0 && isOther)
        answer = now;
      const area = grid().getBoundingClientRect();
      const isBlank = shown.some((cell) => {
        const { top, bottom } = cell.getBoundingClientRect();
        const image = cell.querySelector('img');
        return (
          bottom > area.top && top < area.bottom && (image === null || !image.complete || image.naturalWidth === 0)
        );
      });
      if (answer > 0 && !isBlank) resolve({ answer, pictures: now });
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

/** Moves or zooms the map in every frame; milliseconds between frames. */
export function mapFrames({ deltaY, count }: { deltaY: number; count: number }): Promise<number[]> {
  const canvas = document.querySelector('canvas')!;
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const frames: number[] = [];
  return new Promise((resolve) => {
    let before = 0;
    const look = (now: number): void => {
      if (before > 0) frames.push(now - before);
      before = now;
      if (frames.length === count) return resolve(frames);
      const way = Math.floor(frames.length / 20) % 2 === 0 ? 1 : -1;
      const at = { clientX: left + width / 2, clientY: top + height / 2 };
      canvas.dispatchEvent(new WheelEvent('wheel', { deltaY: way * deltaY, bubbles: true, cancelable: true, ...at }));
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}
