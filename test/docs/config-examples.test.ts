/** The configuration reference has an example in each section, and each of them loads, in a config that has the rest. */
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { formatProblem } from '../../src/config/problem.ts';
import { FILE, load } from '../config/load-text.ts';
import { read } from './comments.ts';
import { env } from './environment.ts';

const SECTIONS = read('docs/configuration.md')
  .split(/^## /m)
  .slice(1)
  .map((text) => ({
    title: text.slice(0, text.indexOf('\n')),
    examples: [...text.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, code = '']) => code),
  }));

test('each section has one', () => {
  expect(SECTIONS.length).toBeGreaterThan(20);
  expect(SECTIONS.filter(({ examples }) => examples.length === 0).map(({ title }) => title)).toEqual([]);
});

/** Of names that examples use without making them. */
const OTHERS = {
  bot: { type: 'webhook', url: `\${BOT_URL}` },
  ...Object.fromEntries(
    ['team', 'pager', 'vip', 'partner', 'chats', 'sub-1'].map((name) => [
      name,
      { type: 'discord', webhookUrl: `\${DISCORD_WEBHOOK_URL}` },
    ]),
  ),
};
const REST = {
  feeds: [{ apiKey: `\${CRYPTOLISTING_API_KEY}` }],
  rules: [{ match: {}, send: ['bot', 'team'] }],
};
const VALUES = {
  ...env,
  SECOND_API_KEY: `dsk_${'1'.repeat(64)}`,
  ADMIN_TOKEN: '0b9f6a31c2d84e75a6f0b9f6a31c2d84e75a6f0b9f6a31c2',
  DATABASE_URL: 'postgres://bridge:0b9f6a31c2d84e75a6f0@db.of-nobody.net/bridge',
  FEED_KEY: 'fk_7c1e9b4d2a6f8035c1e9b4d2a6f80357',
  HOSTNAME: 'here',
};

test.each(SECTIONS.flatMap(({ title, examples }) => examples.map((text) => ({ title, text }))))(
  '$title: it loads',
  ({ text }) => {
    const written = parse(text, { merge: true });
    const { include, ...own } = { ...REST, ...written };
    const destinations = { ...OTHERS, ...written.destinations };
    for (const name of Object.keys(written.groups ?? {})) delete destinations[name];
    // Nobody's host, which `check` knows for a placeholder.
    const whole = stringify({ ...own, destinations }).replaceAll('example.com', 'of-nobody.net');
    const { problems } = load(whole, VALUES, {
      [`${dirname(FILE)}/symbols.csv`]: 'ticker,symbol\nABC,ABCUSDT\n',
    });
    expect(problems.map((problem) => formatProblem('config.yaml', problem))).toEqual([]);
  },
);
