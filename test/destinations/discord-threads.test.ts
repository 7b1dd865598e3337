/** Forum channels: every message opens a thread, and the thread has a name. */
import { expect, onTestFinished, test } from 'vitest';
import { discordOptions } from '../../src/destinations/discord/options.ts';
import { compileDiscord } from '../../src/destinations/discord/render.ts';
import { renderDiscordAlert } from '../../src/destinations/discord/render-alert.ts';
import { startDiscordServer } from '../../src/simulator/discord-server.ts';
import { sendContext } from '../support/sending.ts';
import { inputOf, problemOf } from './render-support.ts';
import { openSubject } from './subjects.ts';

const HOOK = 'https://discord.com/api/webhooks/123456789012345678/aToken';
const THREAD = '223456789012345678';
const options = (extra: object) => discordOptions.parse({ type: 'discord', webhookUrl: HOOK, ...extra });
const nameOf = (threadName: string, changes: object = {}) => {
  const { body, plain } = compileDiscord(options({ threadName }), undefined)(inputOf(changes));
  expect(plain).toHaveProperty('thread_name', (body as { thread_name: string }).thread_name);
  return (body as { thread_name: string }).thread_name;
};

test('the name of a thread is a template, on one line, and as long as it may be', () => {
  expect(nameOf('{{ publisher | upcase }}: {{ tickers | join: ", " }}')).toBe('UPBIT: ABC, DEF');
  expect(nameOf('{{ title }}', { title: ' a\n  b\uD800 ' })).toBe('a b\uFFFD');
  const long = nameOf('{{ title }}', { title: '😀'.repeat(200) });
  expect(long.length).toBeLessThanOrEqual(100);
  expect(long).toMatch(/😀…$/u);
  expect(nameOf('{{ title }}', { title: ' ' }), 'never empty').toMatch(/Upbit spot listing/);
});

test('an alert has its headline for a name, and without `threadName` there is none', () => {
  const alert = {
    severity: 'warning',
    headline: 'feed tokyo is down',
    paragraphs: [],
    data: {},
    id: '1',
    raisedMs: 1,
  } as const;
  const { body, plain } = renderDiscordAlert(options({ threadName: '{{ title }}' }), { alert });
  expect(body).toMatchObject({ thread_name: 'feed tokyo is down' });
  expect(plain).toMatchObject({ thread_name: 'feed tokyo is down' });
  expect(renderDiscordAlert(options({}), { alert }).body).not.toHaveProperty('thread_name');
  expect(compileDiscord(options({}), undefined)(inputOf({})).body).not.toHaveProperty('thread_name');
});

test('a mistake in it has its place', () => {
  const compile = () => compileDiscord(options({ threadName: '{{ tiker }}' }), undefined);
  expect(problemOf(compile)).toMatchObject({ path: ['threadName'] });
});

test.each([
  ['with threadId', { threadId: THREAD }],
  ['with a thread in the URL', { webhookUrl: `${HOOK}?thread_id=${THREAD}` }],
  ['for a bot', { webhookUrl: undefined, botToken: 'a-token-of-a-bot', channelId: THREAD }],
])('it is refused %s', (_, extra) => {
  const parsed = discordOptions.safeParse({ type: 'discord', webhookUrl: HOOK, threadName: 'x', ...extra });
  expect(parsed.error?.issues).toMatchObject([{ path: ['threadName'] }]);
});

test('regression: a forum channel suspends the destination and names the key to set; with it, it takes every form', async () => {
  const server = await startDiscordServer({ forum: true });
  onTestFinished(() => server.close());
  const send = async (extra: object, plain = false) => {
    const config = { type: 'discord', webhookUrl: server.webhookUrl, warm: false, ...extra };
    const message = compileDiscord(discordOptions.parse(config), undefined)(inputOf({}));
    const destination = await openSubject(config, 'discord');
    const result = await destination.send(message, sendContext({ plain }));
    await destination.close();
    return result;
  };
  expect(await send({})).toMatchObject({
    outcome: { kind: 'reject', reason: 'misconfigured', scope: 'destination' },
    advice: expect.stringMatching(/`threadName`.*`threadId`/),
  });
  expect((await send({ threadName: 'news' })).outcome).toEqual({ kind: 'delivered' });
  expect((await send({ threadName: 'news' }, true)).outcome).toEqual({ kind: 'delivered' });
  expect((await send({ threadId: THREAD })).outcome).toEqual({ kind: 'delivered' });

  const channel = await startDiscordServer();
  onTestFinished(() => channel.close());
  expect(await send({ webhookUrl: channel.webhookUrl, threadName: 'news' })).toMatchObject({
    outcome: { kind: 'reject', reason: 'misconfigured', scope: 'destination' },
    advice: expect.stringContaining('`threadName`'),
  });
});
