/** The table of rooms in `docs/source.md`, made from their list. */
import { withMarked } from './marked.ts';
import { ROOMS, type Room } from './rooms.ts';

const MARKS = {
  begin: '<!-- rooms: written by UPDATE_DOCS=1 npm test, from tools/docs/rooms.ts -->',
  end: '<!-- end of rooms -->',
} as const;

const rowOf = ({ path, is }: Room) =>
  `| [${path.endsWith('.ts') ? path : `${path}/`}](../src/${path}) | ${is} |`;

/** `docs/source.md` with the table of today in its place. */
export const withRooms = (document: string): string =>
  withMarked(document, MARKS, ['| room | is |', '|---|---|', ...ROOMS.map(rowOf)].join('\n'));
