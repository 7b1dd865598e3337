/** The kinds of which a cooldown knows a delivery: those that are of the same kind are sent once. */
import type { Delivery } from '../delivery/delivery.ts';
import { folded } from '../platform/fold.ts';
import type { RuleCooldown } from '../routing/router.ts';

/**
 * The kinds of a delivery. None: it neither starts a cooldown nor meets one. Tests are no news, and a redacted announcement has no
 * title or ticker by which it could be told from another.
 */
export function kindsOf({ content, ticker }: Delivery, { by, tickersOf }: RuleCooldown): readonly string[] {
  if (content.kind !== 'news' || content.announcement.test) return NONE;
  const { announcement } = content;
  if (by === 'rule') return ALL;
  if (announcement.redacted) return NONE;
  if (by === 'ticker')
    return ticker === undefined ? tickersOf(announcement).map(folded) : kindsOfTicker(ticker);
  const title = folded(announcement.title);
  return title === '' ? NONE : [title];
}

/** The last one: deliveries for one ticker come to one destination after the other. */
let last: { readonly ticker: string; readonly kinds: readonly string[] } = { ticker: '', kinds: [''] };

function kindsOfTicker(ticker: string): readonly string[] {
  if (last.ticker !== ticker) last = { ticker, kinds: [folded(ticker)] };
  return last.kinds;
}

const NONE: readonly string[] = [];
const ALL: readonly string[] = [''];

/** In words: `ABC`. */
export function kindIn({ content, ticker }: Delivery, { by, tickersOf }: RuleCooldown): string {
  if (by === 'rule') return 'something';
  if (by === 'title' || content.kind !== 'news') return 'this title';
  return ticker ?? tickersOf(content.announcement).join(', ');
}
