/** Pages show the words of feeds and receivers: secrets in them are taken out, as in JSON. */
import { expect, test } from 'vitest';
import { statusWith } from '../../support/status.ts';
import { LOCAL, webOf } from '../../support/web.ts';

test('regression: no page shows a secret that a far end has repeated', async () => {
  const fault = 'SQLITE_FULL at s3cret';
  const status = statusWith({ store: { path: 's3cret.db', fault } });
  const web = webOf(LOCAL, {
    status: () => status,
    redact: (text) => text.replaceAll('s3cret', '<redacted>'),
    config: () => ({ file: 's3cret.yaml', config: { a: ['s3cret'] } }),
    rules: () => [{ name: 's3cret', match: {}, sends: ['s3cret'], hits: 0, lastHitMs: undefined }],
    page: () => Promise.resolve({ ok: false, message: 's3cret' }),
    decision: () => Promise.resolve({ ok: false, message: 's3cret' }),
  });
  const pages = web.routes.filter(
    ({ method, path }) => method === 'GET' && !/^\/(live|api\/events|assets)/.test(path),
  );
  expect(pages.length).toBeGreaterThan(10);
  let hidden = 0;
  for (const { path } of pages) {
    const headers = { host: 'localhost', accept: 'text/html' };
    const text = await (await web.request(path.replace(/:\w+/, 'x'), { headers })).text();
    expect([path, text.includes('s3cret')]).toEqual([path, false]);
    if (text.includes('redacted')) hidden++;
  }
  expect(hidden).toBeGreaterThan(3);
});
