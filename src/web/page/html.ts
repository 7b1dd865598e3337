/** HTML as tagged templates that escape each value in them. See `docs/decisions/page.md`. */
import { html, raw } from 'hono/html';
import { nextTurn } from '../../platform/clock.ts';

export { html, raw };

export type Html = ReturnType<typeof html>;

/** Rows that are made before the loop has its turn: about half a millisecond's work. */
const FEW = 8;

/** Something of each, with nothing in between. Of more than a few in turns: a page is long, and news must not wait for it. */
export function each<Item>(items: Iterable<Item>, shown: (item: Item, index: number) => Html): Html {
  const all = [...items];
  return all.length <= FEW ? html`${all.map(shown)}` : inTurns(all, shown);
}

async function inTurns<Item>(
  items: readonly Item[],
  shown: (item: Item, index: number) => Html,
): Promise<ReturnType<typeof raw>> {
  const parts: string[] = [];
  for (let start = 0; start < items.length; start += FEW) {
    if (start > 0) await new Promise<void>(nextTurn);
    const some = items.slice(start, start + FEW).map((item, at) => shown(item, start + at));
    parts.push(String(await html`${some}`));
  }
  return raw(parts.join(''));
}
