/** Changes by the page: only for whoever has logged in, only by its own forms, and with a sentence for those that could not be made. */
import { expect, test } from 'vitest';
import type { MuteResult, OneChange, Ops } from '../../../src/web/ops.ts';
import { Browser, idleOps, LOCAL_WITH_TOKEN, TOKEN, webOf } from '../../support/web.ts';

interface Asked {
  readonly ops: Partial<Ops>;
  readonly asked: unknown[];
}

const DONE: OneChange = { ok: true, mayHaveArrived: false };

function asking(change: OneChange = DONE, mute: MuteResult = { ok: true }): Asked {
  const asked: unknown[] = [];
  const note = <Answer>(what: unknown, answer: Answer): Promise<Answer> => {
    asked.push(what);
    return Promise.resolve(answer);
  };
  return {
    asked,
    ops: {
      retry: (id, isLate) => note({ retry: id, isLate }, { ok: true, value: change }),
      discard: (id) => note({ discard: id }, { ok: true, value: change }),
      // As in the daemon, where these are methods of a class.
      mutes: new (class {
        list = idleOps().mutes.list;
        mute(wish: unknown): Promise<MuteResult> {
          return note(wish, mute);
        }
        lift(ids: unknown): Promise<MuteResult> {
          return note(ids, mute);
        }
      })(),
    },
  };
}

const login = async (browser: Browser): Promise<string> => {
  await browser.submit('/login', { token: TOKEN });
  const text = await (await browser.get('/rules')).text();
  return /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
};

test('whoever has not logged in sees no button, and changes nothing', async () => {
  const { ops, asked } = asking();
  const browser = new Browser(webOf(LOCAL_WITH_TOKEN, ops));
  expect(await (await browser.get('/rules')).text()).not.toContain('<form class="card" method="post"');
  for (const path of ['/deliveries/d1/retry', '/deliveries/d1/discard', '/mutes', '/mutes/3/lift'])
    expect((await browser.submit(path, {})).status, path).toBe(401);
  expect(asked).toEqual([]);
});

test('a form without the token of this login changes nothing', async () => {
  const { ops, asked } = asking();
  const browser = new Browser(webOf(LOCAL_WITH_TOKEN, ops));
  await login(browser);
  expect((await browser.submit('/deliveries/d1/retry', { csrf: 'of another' })).status).toBe(403);
  expect(asked).toEqual([]);
});

test.each([
  ['/deliveries/d1/retry', { retry: 'd1', isLate: false }, '/deliveries/d1?done=retry'],
  ['/deliveries/d1/discard', { discard: 'd1' }, '/deliveries/d1?done=discard'],
  ['/mutes/3/lift', ['3'], '/rules#mutes'],
])('%s: done, and back to what shows it', async (path, wanted, next) => {
  const { ops, asked } = asking();
  const browser = new Browser(webOf(LOCAL_WITH_TOKEN, ops));
  const csrf = await login(browser);
  const answer = await browser.submit(path, { csrf });
  expect(asked).toEqual([wanted]);
  expect([answer.status, answer.headers.get('location')]).toEqual([303, next]);
});

test('regression: a mute: several at once, with its time and its reason', async () => {
  const { ops, asked } = asking();
  const browser = new Browser(webOf(LOCAL_WITH_TOKEN, ops));
  const csrf = await login(browser);
  const answer = await browser.submit('/mutes', {
    csrf,
    what: ' ABC  rule:listings ',
    for: '1h',
    reason: '',
  });
  expect(asked).toEqual([{ what: ['ABC', 'rule:listings'], for: '1h', reason: undefined }]);
  expect(answer.status).toBe(303);
});

test.each([
  ['/deliveries/d1/retry', 409, 'it was delivered'],
  ['/mutes', 422, 'the time is missing'],
])('%s that could not be done: the reason', async (path, status, sentence) => {
  const refused = { ok: false, problem: 'it was delivered', code: 'delivered' } as const;
  const { ops } = asking(refused, { ok: false, problem: 'the time is missing', code: 'bad_time' });
  const browser = new Browser(webOf(LOCAL_WITH_TOKEN, ops));
  const csrf = await login(browser);
  const answer = await browser.submit(path, { csrf, what: 'ABC' });
  expect(answer.status).toBe(status);
  expect(await answer.text()).toContain(sentence);
});
