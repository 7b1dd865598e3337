/** News as the other nodes get it. Pure. */
import { importanceOf } from '../announcement.ts';
import type { NewsContent } from '../delivery/content.ts';
import { storedBody } from '../outbox/content-rows.ts';
import type { ToldRow } from './shared.ts';

/** `key`: of its occurrence. `node`: the name of this one. `nowMs`: monotonic. */
export const toldOf = (key: string, content: NewsContent, node: string, nowMs: number): ToldRow => ({
  key,
  node,
  body: JSON.stringify(storedBody(content)),
  importance: importanceOf(content.announcement),
  isLate: false,
  ageMs: nowMs - content.announcement.receivedMs,
});
