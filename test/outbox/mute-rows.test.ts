/** Mutes in a store that is given up. */
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { migrate } from '../../src/outbox/migrations.ts';
import { keepMutes, mutesIn } from '../../src/outbox/mute-rows.ts';
import { salvage } from '../../src/outbox/salvage.ts';

function opened(): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  migrate(database);
  onTestFinished(() => database.close());
  return database;
}

const SCAM = { kind: 'ticker', name: 'SCAM', untilMs: 9000, reason: 'a scam' } as const;
const BOT = { kind: 'destination', name: 'bot', untilMs: 8000, reason: undefined } as const;

test('all of them are in the one that replaces it, under their ids, and no id comes again', () => {
  const [old, next] = [opened(), opened()];
  keepMutes(old, [SCAM, BOT], 1000);
  salvage(old, next);
  expect(mutesIn(next)).toEqual(mutesIn(old));
  const [made] = keepMutes(next, [{ ...BOT, name: 'chat' }], 2000);
  expect(made?.mute.id).toBe(3);
});

test('a row that a damaged page made senseless is nobody, and keeps nobody from the others', () => {
  const database = opened();
  database.exec(`INSERT INTO mutes (kind, name, since_ms, until_ms) VALUES ('pattern', 'X', 0, 9000)`);
  keepMutes(database, [SCAM], 1000);
  expect(mutesIn(database).map(({ name }) => name)).toEqual(['SCAM']);
});
