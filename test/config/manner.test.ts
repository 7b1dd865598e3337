// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config's own references, not JavaScript's
/** `mention` and `silent` of one entry of `send`: this rule pings, that one does not. */
import { describe, expect, test } from 'vitest';
import { prepareDestinations } from '../../src/destinations/prepared.ts';
import { dryRun } from '../../src/dry-run.ts';
import { compileRules } from '../../src/routing/router.ts';
import { announcementAt } from '../support/outbox.ts';
import { ENV as KEY, load, problemsOf } from './load-text.ts';

const ROLE = 'role:123456789012345678';
const ENV = {
  ...KEY,
  HOOK: `https://discord.com/api/webhooks/1234567890123456789/${'a1B'.repeat(20)}`,
  TOKEN: `123456789:${'A1b'.repeat(12)}`,
};
const DESTINATIONS = `feeds:
  - apiKey: \${KEY}
destinations:
  room: { type: discord, webhookUrl: "\${HOOK}", silent: true }
  vip: { type: telegram, botToken: "\${TOKEN}", chatId: 42 }
  bot: { type: webhook, url: "https://bot.bridge.test/x" }
groups: { chats: [room, vip], all: [chats, bot] }
templates: { loud: { text: "{{ title }}" } }
`;
const withSend = (...sends: readonly string[]) =>
  `${DESTINATIONS}rules:\n${sends.map((send, n) => `  - { name: rule ${n + 1}, match: { listingType: type${n + 1} }, send: ${send} }\n`).join('')}`;

/** The request that each destination gets by a rule. */
function requests(yaml: string, listingType: string) {
  const { config, problems, redact } = load(yaml, ENV);
  expect(problems).toEqual([]);
  if (config === undefined) throw new Error('the config is sound');
  const destinations = prepareDestinations(config);
  const announcement = { ...announcementAt(0, 0), listingType };
  const { deliveries } = dryRun(announcement, { router: compileRules(config.rules), destinations, redact });
  return Object.fromEntries(
    deliveries.map(({ destination, request }) => [
      destination,
      request.body as Readonly<Record<string, unknown>>,
    ]),
  );
}

describe('an entry of send', () => {
  const yaml = withSend(
    `[{ to: room, mention: "${ROLE}", silent: false }, { to: vip, silent: true }]`,
    '[room, vip]',
    `[{ to: room, template: loud, mention: everyone }, { to: chats, silent: true }]`,
  );

  test('pings and sounds as it says', () => {
    const { room, vip } = requests(yaml, 'type1');
    expect(room).toMatchObject({
      content: '<@&123456789012345678>',
      allowed_mentions: { roles: ['123456789012345678'] },
    });
    expect(room).not.toHaveProperty('flags');
    expect(vip).toMatchObject({ disable_notification: true });
  });

  test('and no other rule does', () => {
    const { room, vip } = requests(yaml, 'type2');
    expect(room).toMatchObject({ allowed_mentions: { parse: [] }, flags: 4096 });
    expect(room).not.toHaveProperty('content');
    expect(vip).toMatchObject({ disable_notification: false });
  });

  test('with a template, and for a group', () => {
    const { room, vip } = requests(yaml, 'type3');
    expect(room).toMatchObject({ content: expect.stringMatching(/^@everyone ./), flags: 4096 });
    expect(vip).toMatchObject({ disable_notification: true });
  });

  test('a group with a bot in it: the chats alone are pinged', () => {
    const { room, bot } = requests(withSend(`[{ to: all, mention: here }]`), 'type1');
    expect(room).toMatchObject({ content: '@here' });
    expect(bot).toHaveProperty('title');
  });
});

test.each([
  ['{ to: bot, mention: here }', '`mention` means nothing to webhook'],
  ['{ to: vip, mention: here }', '`mention` means nothing to telegram'],
  ['{ to: bot, silent: true }', '`silent` means nothing to webhook'],
  ['{ to: room, mention: "@everyone" }', '`mention` must be everyone, here, role:<id> or user:<id>'],
  ['{ to: chats, mention: role }', '`mention` must be everyone, here, role:<id> or user:<id>'],
  ['{ to: room, silent: loud }', '`silent` must be true or false'],
  ['{ to: room, metion: here }', 'unknown key `metion`'],
])('%s: %s', (entry, message) => {
  const loaded = load(withSend(`[${entry}]`), ENV);
  expect(problemsOf(loaded)).toEqual([expect.stringContaining(`: ${message}`)]);
  if (message.includes('means nothing')) expect(loaded.problems[0]?.hint).toMatch(/^it is for discord/);
});
