/** HTML as tagged templates that escape each value in them. See `docs/decisions/page.md`. */
import { html, raw } from 'hono/html';

export { html, raw };

export type Html = ReturnType<typeof html>;

/** Something of each, with nothing in between. */
export const each = <Item>(items: Iterable<Item>, shown: (item: Item, index: number) => Html): Html =>
  html`${Array.from(items, shown)}`;
