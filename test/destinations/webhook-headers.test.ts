/** Headers with which nothing could be sent are refused when the config is read; with all others something can. */
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { discordOptions } from '../../src/destinations/discord/options.ts';
import { telegramOptions } from '../../src/destinations/telegram/options.ts';
import { webhookOptions } from '../../src/destinations/webhook/options.ts';
import { FaultyServer } from '../support/faulty-server.ts';
import { runs } from '../support/properties.ts';
import { sendContext } from '../support/sending.ts';
import { openSubject, telegramSubject, webhookSubject } from './subjects.ts';

const problemsOf = (extra: object) =>
  webhookOptions
    .safeParse({ type: 'webhook', url: 'https://bot.example/', ...extra })
    .error?.issues.map((issue) => ({ path: issue.path.join('.'), ...inner(issue) })) ?? [];

/** Of a key's problem the words are one level down. */
const inner = (issue: { message: string; issues?: readonly { message: string }[] }) => ({
  message: issue.issues?.[0]?.message ?? issue.message,
});

test.each([
  ...[
    'Connection',
    'Keep-Alive',
    'Upgrade',
    'Transfer-Encoding',
    'TE',
    'Trailer',
    'Proxy-Connection',
    'HTTP2-Settings',
  ],
  ...['Expect', 'Proxy-Authorization', 'Content-Encoding', 'Content-Range', 'Content-Length', 'Host'],
  ...['webhook-id', 'Webhook-Signature', 'x-listing-bridge-expires', 'X-Listing-Bridge-Anything'],
  ...['', 'a b', 'a:b', 'é', 'a\nb', '{{ticker}}'],
])('regression: a header `%s` is refused, and said why', (name) => {
  expect(problemsOf({ headers: { [name]: 'x' } })).toEqual([
    { path: `headers.${name}`, message: expect.stringMatching(/^(is|makes|would|must) .{15,}/) },
  ]);
});

test.each(['caf\u00e9', '\u20bf', 'a\r\nb: c', 'a\nb', 'a\0b', '\u007f', '\uD83D'])(
  'regression: the value %j of a header is refused and not repeated',
  (value) => {
    const [problem] = problemsOf({ headers: { 'X-Key': value } });
    expect(problem).toMatchObject({ path: 'headers.X-Key', message: expect.stringMatching(/^must be/) });
    expect(problem?.message).not.toContain(value);
  },
);

test.each([
  'text/plain; charset=utf-8\u00e9',
  'text',
  'text/',
  '/plain',
  'text/plain;',
  'text/plain; x',
  'a\nb/c',
  'application/\u0458son',
])('regression: the content type %j is refused, as a key and as a header', (contentType) => {
  expect(problemsOf({ body: 'x', contentType })).toMatchObject([{ path: 'contentType' }]);
  expect(problemsOf({ body: 'x', headers: { 'Content-Type': contentType } })).toMatchObject([
    { path: 'headers.Content-Type' },
  ]);
});

test.each(['text/plain', 'text/plain;charset=UTF-8', 'application/vnd.a+b; v="1; 2" ; x=y', 'x/*'])(
  'the content type %j is accepted',
  (contentType) => expect(problemsOf({ body: 'x', contentType })).toEqual([]),
);

test('regression: one header twice in other letters is one too many, and so is a colon in the name of a user', () => {
  expect(problemsOf({ headers: { 'X-A': '1', 'x-a': '2' } })).toMatchObject([{ path: 'headers.x-a' }]);
  expect(problemsOf({ url: 'https://m%3Ae:word@bot.example/' })).toMatchObject([{ path: 'url' }]);
});

test('regression: a user name or password that nothing would send is refused, and a token that no header can carry', () => {
  const telegram = { ...telegramSubject.config('https://me:word@api.example'), chatId: 1 };
  expect(telegramOptions.safeParse(telegram).error?.issues).toMatchObject([{ path: ['apiUrl'] }]);
  const webhookUrl = 'https://me:word@discord.com/api/webhooks/123456789012345678/token';
  expect(discordOptions.safeParse({ type: 'discord', webhookUrl }).error?.issues).toMatchObject([
    { path: ['webhookUrl'] },
  ]);
  for (const botToken of ['Bot abc.def', 'abc\n', 'abc\u00e9'])
    expect(
      discordOptions.safeParse({ type: 'discord', botToken, channelId: '123456789012345678' }).error?.issues,
    ).toMatchObject([{ path: ['botToken'] }]);
});

const NAMES = [
  'accept',
  'accept-encoding',
  'authorization',
  'cookie',
  'date',
  'range',
  'user-agent',
  'via',
  'x-a',
  '__proto__',
  'constructor',
  'content-type',
  'expect',
  'te',
  'connection',
];
const name = fc.oneof(fc.constantFrom(...NAMES), fc.string({ minLength: 1, maxLength: 12 }));
const value = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('a/b', 'gzip', 'close', ' x ', ''));

test('whatever is accepted can be sent', async () => {
  const server = await FaultyServer.start(webhookSubject.taken);
  onTestFinished(() => server[Symbol.asyncDispose]());
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, value), { maxLength: 4 }), async (pairs) => {
      const config = {
        ...webhookSubject.config(server.origin),
        warm: false,
        headers: Object.fromEntries(pairs),
      };
      if (!webhookOptions.safeParse(config).success) return;
      const destination = await openSubject(config, 'webhook');
      const { outcome, detail } = await destination.send(webhookSubject.message, sendContext());
      await destination.close();
      expect(outcome, detail).toEqual({ kind: 'delivered' });
      sent++;
    }),
    { numRuns: runs(150) },
  );
  expect(sent).toBeGreaterThan(30);
});
