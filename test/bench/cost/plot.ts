/** Time against work as SVG: a panel a part, its points and the lines through them; for light pages and dark ones. */
import type { Series } from './series.ts';

const PANEL = { width: 300, height: 230, left: 52, right: 22, top: 34, bottom: 40 };
const COLOURS = ['#2f6fde', '#d9822b'];
const TITLES: Readonly<Record<string, string>> = {
  step: 'A training step',
  embed: 'Embedding',
  search: 'An exact search',
};

export function costPlot(series: readonly Series[]): string {
  const parts = [...new Set(series.map(({ part }) => part))];
  const panels = parts.map((part, i) =>
    panel(
      series.filter((each) => each.part === part),
      i * PANEL.width,
    ),
  );
  const size = `width="${parts.length * PANEL.width}" height="${PANEL.height}"`;
  const style = `text{font:11px system-ui,sans-serif;fill:#555}.title{font-weight:600;fill:#222}
.axis{stroke:#999}.grid{stroke:#9992}@media(prefers-color-scheme:dark){text{fill:#aaa}.title{fill:#eee}.axis{stroke:#666}}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="Time against work">
<style>${style}</style>
${panels.join('\n')}
</svg>
`;
}

function panel(series: readonly Series[], left: number): string {
  const points = series.flatMap((each) => each.points);
  const inMs = Math.max(...points.map(({ y }) => y));
  const unit = inMs >= 2000 ? { name: 's', ms: 1000 } : { name: 'ms', ms: 1 };
  const [ticksX, ticksY] = [ticksTo(Math.max(...points.map(({ x }) => x))), ticksTo(inMs / unit.ms)];
  const [inner, high] = [PANEL.width - PANEL.left - PANEL.right, PANEL.height - PANEL.top - PANEL.bottom];
  const bottom = PANEL.height - PANEL.bottom;
  const x = (value: number): string => (PANEL.left + (inner * value) / ticksX.at(-1)!).toFixed(1);
  const y = (ms: number): string => (bottom - (high * ms) / unit.ms / ticksY.at(-1)!).toFixed(1);
  const across = `${PANEL.left + inner}`;
  const lines = [
    `<text class="title" x="${PANEL.left}" y="16">${TITLES[series[0]!.part] ?? series[0]!.part}</text>`,
    `<text x="${PANEL.left - 6}" y="${PANEL.top - 10}" text-anchor="end">${unit.name}</text>`,
    `<text x="${across}" y="${PANEL.height - 8}" text-anchor="end">${series[0]!.work}</text>`,
    ...ticksY.map((tick) => {
      const at = y(tick * unit.ms);
      return `<line class="grid" x1="${PANEL.left}" x2="${across}" y1="${at}" y2="${at}"/><text x="${PANEL.left - 6}" y="${Number(at) + 4}" text-anchor="end">${tick.toLocaleString('en')}</text>`;
    }),
    ...ticksX.map((tick) => `<text x="${x(tick)}" y="${bottom + 15}" text-anchor="middle">${compact(tick)}</text>`),
    `<path class="axis" fill="none" d="M${PANEL.left} ${PANEL.top}V${bottom}H${across}"/>`,
    ...series.flatMap(({ name, points: own, fit }, i) => {
      const last = own.at(-1)!;
      const line = `M${x(0)} ${y(fit.intercept)}L${x(last.x)} ${y(fit.intercept + fit.slope * last.x)}`;
      const colour = COLOURS[i % COLOURS.length]!;
      return [
        `<path d="${line}" stroke="${colour}" stroke-opacity=".5" fill="none"/>`,
        ...own.map((point) => `<circle cx="${x(point.x)}" cy="${y(point.y)}" r="3.5" fill="${colour}"/>`),
        ...(series.length === 1
          ? []
          : [`<text x="${PANEL.left + 10}" y="${PANEL.top + 12 + 15 * i}" style="fill:${colour}">${name}</text>`]),
      ];
    }),
  ];
  return `<g transform="translate(${left} 0)">\n${lines.join('\n')}\n</g>`;
}

/** From 0 past the largest value in three to six equal steps of 1, 2 or 5 times a power of ten. */
function ticksTo(largest: number): readonly number[] {
  const power = 10 ** Math.floor(Math.log10(largest / 3));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => largest / size <= 6)!;
  return Array.from({ length: Math.ceil(largest / step) + 1 }, (_, i) => Number((i * step).toPrecision(6)));
}

function compact(value: number): string {
  return value >= 10_000 ? `${value / 1000}k` : value.toLocaleString('en');
}
