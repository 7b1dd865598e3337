/** The Telegram stand-in takes and refuses what the Bot API does, in its words. */
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseHtml } from '../../src/simulator/telegram-entities.ts';
import { startTelegramServer, type TelegramServerOptions } from '../../src/simulator/telegram-server.ts';
import { ManualClock } from './clock.ts';
import { post } from './stand-ins-post.ts';

async function start(options: TelegramServerOptions = {}) {
  const server = await startTelegramServer(options);
  onTestFinished(() => server.close());
  const url = `${server.url}/bot${server.botToken}/sendMessage`;
  const send = (fields: object) => post(url, { chat_id: 7, text: 'hello', ...fields });
  return { server, url, send };
}

const refused = (description: string | RegExp, status = 400) => ({
  status,
  body: { ok: false, error_code: status, description: expect.stringMatching(description) },
});

test('getMe and the token', async () => {
  const { server } = await start();
  const me = await post(`${server.url}/bot${server.botToken}/getMe`, undefined, { method: 'GET' });
  expect(me).toMatchObject({ status: 200, body: { ok: true, result: { is_bot: true } } });
  expect(await post(`${server.url}/bot1:x/getMe`, {})).toMatchObject(refused(/^Unauthorized$/, 401));
  expect(await post(`${server.url}/getMe`, {})).toMatchObject(refused(/^Not Found/, 404));
});

test('a message comes back with the text that people see', async () => {
  const { server, send } = await start();
  const text = ' <b>A &amp; B</b> &lt;3 <a href="https://x.y/?a=1&amp;b=2">link</a> ';
  const { status, body } = await send({ chat_id: -100123, text, parse_mode: 'HTML' });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    ok: true,
    result: { message_id: 1, text: 'A & B <3 link', chat: { id: -100123, type: 'supergroup' } },
  });
  expect(server.received).toMatchObject([{ id: 1, chatId: '-100123', text: 'A & B <3 link', source: text }]);
});

test('without parse_mode nothing is parsed', async () => {
  const { server, send } = await start();
  await send({ text: '<b>&amp;' });
  expect(server.received[0]?.text).toBe('<b>&amp;');
});

test('refusals of the message', async () => {
  const { server, url, send } = await start({ chats: [7, '@here'] });
  expect(await send({ chat_id: 8 })).toMatchObject(refused(/^Bad Request: chat not found$/));
  expect(await send({ chat_id: undefined })).toMatchObject(refused(/chat_id is empty/));
  expect(await send({ chat_id: '@here' })).toMatchObject({ status: 200 });
  expect(await send({ text: ' \n' })).toMatchObject(refused(/message text is empty/));
  expect(await send({ text: '<b></b>', parse_mode: 'HTML' })).toMatchObject(refused(/message text is empty/));
  expect(await send({ parse_mode: 'BBCode' })).toMatchObject(refused(/unsupported parse_mode/));
  expect(await post(url, 'chat_id=7')).toMatchObject(refused(/can't parse JSON/));
  const button = (fields: object) => ({ reply_markup: { inline_keyboard: [[{ text: 'Go', ...fields }]] } });
  expect(await send(button({ url: 'nowhere' }))).toMatchObject(refused(/URL 'nowhere' is invalid/));
  expect(await send(button({}))).toMatchObject(refused(/is invalid/));
  expect(await send(button({ url: 'https://x.y' }))).toMatchObject({ status: 200 });
  expect(server.received).toHaveLength(2);
});

test('4096 UTF-16 units after parsing, not one more', async () => {
  const { send } = await start();
  const longest = `<b>${'&amp;'.repeat(4094)}</b>😀`;
  expect(await send({ text: longest, parse_mode: 'HTML' })).toMatchObject({ status: 200 });
  expect(await send({ text: `${longest}x`, parse_mode: 'HTML' })).toMatchObject(
    refused(/^Bad Request: message is too long$/),
  );
});

describe('HTML', () => {
  test.each([
    ['a < b', 'Unsupported start tag "" at byte offset 2'],
    ['가<x>', 'Unsupported start tag "x" at byte offset 3'],
    ['<script>x</script>', 'Unsupported start tag "script" at byte offset 0'],
    ['<b>x', `Can't find end tag corresponding to start tag "b"`],
    ['x</b>', 'Unexpected end tag at byte offset 1'],
    ['<b><i>x</b></i>', 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'],
    ['<b', 'Unclosed start tag at byte offset 0'],
    ['<a href="x>y</a>', 'Unclosed start tag at byte offset 0'],
    ['<b>x</b', 'Unexpected end tag at byte offset 4'],
    ['<span>x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
  ])('%s is refused', (html, what) => {
    expect(parseHtml(html)).toEqual({ ok: false, problem: `can't parse entities: ${what}` });
  });

  test.each([
    ['<B>x</B> <tg-spoiler>y</tg-spoiler>', 'x y'],
    ['<pre><code class="language-ts">z</code></pre><blockquote expandable>q</blockquote>', 'zq'],
    ['&quot;&#65;&#x42;&nbsp;&bogus; & >', '"AB&nbsp;&bogus; & >'],
    ['&amp;lt;', '&lt;'],
  ])('%s is read', (html, text) => {
    expect(parseHtml(html)).toMatchObject({ ok: true, text });
  });

  test('escaped text is always read back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
        expect(parseHtml(`<b>${escaped}</b>`)).toMatchObject({ ok: true, text });
      }),
    );
  });
});

describe('the limits', () => {
  test('one a second for a chat, after a small burst', async () => {
    const clock = new ManualClock();
    const { server, send } = await start({ clock });
    for (let count = 0; count < 5; count += 1) expect((await send({})).status).toBe(200);
    expect(await send({})).toMatchObject({
      status: 429,
      body: {
        error_code: 429,
        parameters: { retry_after: 1 },
        description: 'Too Many Requests: retry after 1',
      },
    });
    expect((await send({ chat_id: 8 })).status).toBe(200);
    await clock.advance(1000);
    expect((await send({})).status).toBe(200);
    expect(server.limitViolations).toBe(1);
  });

  test('20 a minute for a group or channel, not for a person', async () => {
    const clock = new ManualClock();
    const { server, send } = await start({ clock });
    for (const chat of [-5, '@news', 5]) {
      for (let count = 0; count < 20; count += 1) {
        expect((await send({ chat_id: chat })).status).toBe(200);
        await clock.advance(1000);
      }
      const next = await send({ chat_id: chat });
      if (chat === 5) expect(next.status).toBe(200);
      else expect(next).toMatchObject({ status: 429, body: { parameters: { retry_after: 40 } } });
    }
    expect(server.limitViolations).toBe(2);
  });

  test('30 a second for the bot over all chats; none with limits: false', async () => {
    const clock = new ManualClock();
    for (const limits of [true, false]) {
      const { server, send } = await start({ clock, limits });
      for (let chat = 1; chat <= 30; chat += 1) await send({ chat_id: chat });
      expect((await send({ chat_id: 31 })).status).toBe(limits ? 429 : 200);
      expect(server.limitViolations).toBe(limits ? 1 : 0);
    }
  });
});
