/** The first words of the demo, before its announcements. Pure, and with little to load. */
import { cellsOf, fitCells, padCells, wrapCells } from '../platform/cells.ts';
import { paint } from '../platform/paint.ts';

/** Longer lines are hard to read. In cells. */
const WIDEST = 100;

const OPENING =
  'listing-bridge demo: two simulated feeds → the bridge → stand-ins for Discord, Telegram and a trading bot, ' +
  'all on this machine. Ctrl-C ends it.';

const RULES = [
  ['spot and futures listings', 'bot, discord, telegram'],
  ['maintenance and other notices', 'nobody'],
  ['everything else', 'discord, telegram'],
] as const;

const TIMES = 'in ms: in the feed service · network · bridge · receiver';

const LABEL_CELLS = 8;

/** All that can be said before anything has been done. */
export function openingLines(columns: number | undefined): string[] {
  const [first = '', ...more] = wrapCells(OPENING, widthOf(columns), '').split('\n');
  const name = 'listing-bridge demo';
  return [paint.strong(first.slice(0, name.length)) + first.slice(name.length), ...more];
}

export function rulesLines(configFile: string, columns: number | undefined): string[] {
  const conditionCells = Math.max(...RULES.map(([condition]) => cellsOf(condition)));
  const rules = RULES.map(
    ([condition, receivers]) => `${padCells(condition, conditionCells)}  → ${receivers}`,
  );
  return [
    ...rules.map((rule, index) => labelled(index === 0 ? 'rules' : '', rule, columns)),
    labelled('config', configFile, columns, paint.name),
    labelled('times', TIMES, columns),
    labelled('', 'warming up …', columns, paint.faint),
  ];
}

/** `url`: of the running bridge. */
export const lookLine = (url: string, columns: number | undefined): string =>
  labelled('look', `${url}/ in a browser; /metrics, /api/status`, columns, paint.name);

function labelled(
  label: string,
  text: string,
  columns: number | undefined,
  painter = (plain: string) => plain,
): string {
  const room = columns === undefined ? undefined : Math.max(1, columns - LABEL_CELLS - 2);
  return `  ${paint.faint(padCells(label, LABEL_CELLS))}${painter(fitCells(text, room))}`;
}

const widthOf = (columns: number | undefined) =>
  columns === undefined ? undefined : Math.min(columns, WIDEST);
