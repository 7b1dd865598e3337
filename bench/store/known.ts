/** Ids that a store has: of its oldest row, of one in the middle, of its newest. */
import { DatabaseSync } from 'node:sqlite';
import type { Known } from '../scenarios/million-questions.ts';

export function knownOf(path: string): Known {
  using database = new DatabaseSync(path, { readOnly: true });
  const three = (table: string, column: string): string[] => {
    const rows = Number(database.prepare(`SELECT COUNT(*) AS rows FROM ${table}`).get()?.['rows']);
    const at = database.prepare(`SELECT ${column} AS id FROM ${table} ORDER BY id LIMIT 1 OFFSET ?`);
    return [0, rows >> 1, rows - 1].map((place) => String(at.get(place)?.['id']));
  };
  const announcements = three('announcements', 'id');
  const keys = three('deliveries', 'id');
  return {
    announcements,
    deliveries: three('deliveries', 'name'),
    deep: { announcement: announcements[1] ?? '', delivery: keys[1] ?? '' },
  };
}
