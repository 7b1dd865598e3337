/** The rows of the page that events change, and how they look then. The pages are loaded with the first of them. */
import { originOf } from '../../delivery/content.ts';
import type { Fragments } from '../live/rows-hub.ts';
import type { Ops } from '../ops.ts';

export const pageFragments = (ops: Pick<Ops, 'status'>): Fragments => ({
  keysOf(event) {
    if (event.kind === 'announcement.received') return [event.announcement.id];
    if (event.kind === 'delivery.attempted' || event.kind === 'delivery.ended')
      return [originOf(event.delivery.content).id];
    return [];
  },
  async rowsOf(keys) {
    const { newsRow } = await import('./news-row.ts');
    const wanted = new Set(keys);
    const changed = ops.status().announcements.filter(({ id }) => wanted.has(id));
    return Promise.all(changed.toReversed().map(async (one) => String(await newsRow(one))));
  },
});
