/** The filters of the lists: plain forms, whose fields reach the store and stay on the way to older rows. */
import { expect, test } from 'vitest';
import type { Ops } from '../../../src/web/ops.ts';
import { announcementAt } from '../../support/outbox.ts';
import { LOCAL, webOf } from '../../support/web.ts';

const HOSTILE = `"><script>alert(1)</script>'`;

interface Asked {
  readonly text: string;
  readonly asked: unknown[];
}

async function listAt(path: string, next?: string, more: Partial<Ops> = {}): Promise<Asked> {
  const asked: unknown[] = [];
  const ops: Partial<Ops> = {
    page: (request) => {
      asked.push(request);
      return Promise.resolve({ ok: true, value: { deliveries: [], next } });
    },
    announcements: (before, filter) => {
      asked.push({ before, ...filter });
      return Promise.resolve({ ok: true, value: { announcements: [], next } });
    },
    names: () => ({ feeds: ['tokyo'], rules: ['listings'], destinations: ['bot'] }),
    ...more,
  };
  const answer = await webOf(LOCAL, ops).request(path);
  expect(answer.status).toBe(200);
  return { text: await answer.text(), asked };
}

test('/announcements by feed, exchange, type, ticker, words of the title, and whether a rule matched', async () => {
  const query = 'feed=tokyo&exchange=upbit&type=spot_listing&ticker=ABC&title=%20KRW%20&matched=false';
  const { text, asked } = await listAt(`/announcements?${query}&before=k9`, 'k8');
  expect(asked).toEqual([
    {
      ...{ before: 'k9', feed: 'tokyo', exchange: 'upbit', type: 'spot_listing', ticker: 'ABC' },
      ...{ title: 'KRW', matched: false },
    },
  ]);
  for (const [name, value] of Object.entries({
    feed: 'tokyo',
    exchange: 'upbit',
    ticker: 'ABC',
    title: 'KRW',
  }))
    expect(text).toMatch(new RegExp(`name="${name}" value="${value}"`));
  expect(text).toContain('<option value="false" selected>no</option>');
  expect(text).toMatch(/href="\/announcements\?[^"]*title=KRW[^"]*before=k8" rel="next"/);
  expect(text).toMatch(/href="\/announcements\?(?:(?!before=)[^"])*" rel="first"/);
});

test('regression: /announcements of a cluster has the nodes of those that only others have', async () => {
  const announcements = [announcementAt(1, 1000), announcementAt(2, 1000)];
  const nodes = new Map([[announcements[0]?.id ?? '', 'berlin']]);
  const { text } = await listAt('/announcements', undefined, {
    announcements: () => Promise.resolve({ ok: true, value: { announcements, nodes, next: undefined } }),
  });
  expect(text.match(/node berlin/g)).toHaveLength(1);
});

test('/deliveries by every field; those seldom wanted are unfolded when one is in use', async () => {
  const { text, asked } = await listAt('/deliveries?rule=listings&reason=gone&attempts=2&since=24h', 'k8');
  expect(asked).toEqual([
    expect.objectContaining({ rule: 'listings', reason: 'gone', attempts: 2, limit: 50 }),
  ]);
  expect(asked[0]).toHaveProperty('sinceMs', expect.any(Number));
  expect(text).toContain('<details open>');
  expect((await listAt('/deliveries')).text).toContain('<details>');
});

test('a field that means nothing is left out and named; the others hold', async () => {
  const query = `state=${encodeURIComponent(HOSTILE)}&since=yesterday&destination=bot&attempts=many`;
  const { text, asked } = await listAt(`/deliveries?${query}`);
  expect(asked).toEqual([{ destination: 'bot', limit: 50 }]);
  expect(text.match(/Left out: /g)).toHaveLength(3);
  expect(text).not.toContain('<script>alert');
});

test('hostile words, names of every object, and repeated fields do no harm', async () => {
  const { text, asked } = await listAt(
    `/announcements?title=${encodeURIComponent(HOSTILE)}&__proto__=x&constructor=x&title=second&limit=9`,
  );
  expect(asked).toEqual([{ title: HOSTILE }]);
  expect(text).not.toContain('<script>alert');
});

test('a word that nothing has by that name is told; an empty store says what would be there', async () => {
  expect((await listAt('/deliveries?destination=bto')).text).toMatch(
    /no destination bto is known.*did you mean/,
  );
  expect((await listAt('/deliveries')).text).toContain('Nothing was sent yet.');
  expect((await listAt('/announcements')).text).toContain('The store has no announcement yet.');
  expect((await listAt('/announcements?ticker=X', 'k8')).text).toContain('go on with “older”');
  expect((await listAt('/announcements?before=k1')).text).toContain('Nothing older fits.');
});
