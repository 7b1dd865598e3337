/** Parts of the PostgreSQL side that need no server. */
import { describe, expect, test } from 'vitest';
import { addressOf } from '../../src/cluster/postgres/address.ts';
import { DatabaseTime } from '../../src/cluster/postgres/database-time.ts';
import { hintedRow, hintOf, toldRow } from '../../src/cluster/postgres/hints.ts';
import { Secret } from '../../src/platform/secret.ts';
import { entryOf } from '../support/cluster/entries.ts';

describe('the clock of the database', () => {
  test('each answer narrows it down', () => {
    const time = new DatabaseTime();
    expect(time.at(5)).toBeNull();
    time.add(100, 200, 1_000_150);
    expect(time.at(1000)).toBe(1_001_000);
    // It was read at the very end of this trip.
    time.add(300, 400, 1_000_440);
    expect(time.at(1000)).toBe(1_001_045);
  });

  test('an answer that cannot be true any more is a clock that was set', () => {
    const time = new DatabaseTime();
    time.add(100, 110, 1_000_105);
    time.add(200, 210, 4_600_205);
    expect(time.at(1000)).toBe(4_601_000);
    time.add(300, 310, 305);
    expect(time.at(1000)).toBe(1000);
  });
});

describe('hints', () => {
  const { windowMs: _, identity: __, ageMs: ___, ...row } = entryOf('k', [1]);

  test('of a row that is too large for a NOTIFY the plan is left out, and what is too large without it altogether', () => {
    const { plan, ...told } = row;
    expect(hintedRow(row)).toBe(JSON.stringify({ ...told, plan }));
    const wide = { ...row, plan: Array.from({ length: 100 }, () => plan).flat() };
    expect(hintedRow(wide)).toBe(JSON.stringify(told));
    expect(hintedRow({ ...wide, body: '한'.repeat(2500) })).toBe('');
    expect(toldRow({ ...told, body: '한'.repeat(2500) })).toBe('');
  });

  test.each([
    ['leases', { kind: 'leases' }],
    ['facts', { kind: 'facts' }],
    ['errands', { kind: 'errands' }],
    ['errands life', { kind: 'errands', to: 'life' }],
    ['log 17 1.5e-05 ', { kind: 'log', seq: 17 }],
    [`log 17 -0.25 ${JSON.stringify(row)}`, { kind: 'log', seq: 17, row: { ...row, seq: 17, ageMs: -0.25 } }],
    [`news 3.5 ${JSON.stringify(row)}`, { kind: 'news', row: { ...row, ageMs: 3.5 } }],
    ['of a later version', undefined],
    ['', undefined],
  ])('%s', (payload, hint) => {
    expect(hintOf(payload)).toEqual(hint);
  });
});

describe('the address', () => {
  test.each([
    ['postgres://u:p%40%2F@h:1/d', { user: 'u', password: 'p@/', host: 'h', port: 1, database: 'd' }],
    ['postgresql://u@[::1]/d', { user: 'u', host: '::1', database: 'd' }],
    [
      'postgres://u@/d?host=/run/postgresql&port=5433',
      { host: '/run/postgresql', port: 5433, database: 'd' },
    ],
    ['postgres://u@%2Frun%2Fpostgresql/d', { host: '/run/postgresql', database: 'd' }],
    [' postgres://u@h/d\n', { host: 'h', database: 'd' }],
  ])('%j', (url, parts) => {
    expect(addressOf(new Secret(url)).config).toMatchObject(parts);
  });

  test.each([
    ['', { rejectUnauthorized: false }, true],
    ['?sslmode=prefer', { rejectUnauthorized: false }, true],
    ['?sslmode=disable', false, false],
    ['?sslmode=require', { rejectUnauthorized: false }, false],
    ['?sslmode=no-verify', { rejectUnauthorized: false }, false],
    ['?sslmode=verify-full', {}, false],
  ])('%j means what it means to psql', (parameters, ssl, mayBePlain) => {
    const address = addressOf(new Secret(`postgres://u@h/d${parameters}`));
    expect(address.config.ssl).toEqual(ssl);
    expect(address.mayBePlain).toBe(mayBePlain);
  });

  test('its name has no password', () => {
    const { name, redact } = addressOf(new Secret('postgres://u:very%20secret1@h/d'));
    expect(name).toBe('u@h:5432/d');
    expect(redact('it says "very secret1" and very%20secret1')).not.toContain('secret1');
  });
});
