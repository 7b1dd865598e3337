/** The recipes of chats and automations, in the real daemon: what people see, whom a title can ping, and each answer. */
import { describe, expect, test } from 'vitest';
import { runCommandLine } from '../../support/command.ts';
import { Workplace } from '../../support/program.ts';
import { env } from '../environment.ts';
import { blocksOf, configOf, cook, type Place, pageOf } from './recipe.ts';
import { mentionsIn, startMattermost } from './targets/mattermost.ts';
import { startN8n, workflow } from './targets/n8n.ts';
import { startNtfy } from './targets/ntfy.ts';
import { pingsIn, startSlack } from './targets/slack.ts';
import type { Target } from './targets/target.ts';

const value = (name: string) => env[name] ?? '';
const pathOf = (name: string) => new URL(value(name)).pathname;
const movedTo = (name: string, { url }: Target, path = pathOf(name)) => ({ [name]: url + path });

interface MessageRecipe {
  readonly page: string;
  start(): Promise<Target>;
  /** `forged`: with a key that does not open it. */
  place(target: Target, forged: boolean): Place;
  readonly secret: string;
  readonly forged: readonly [status: number, words: string];
  /** Whom this request would ping. */
  pings(body: Readonly<Record<string, unknown>>): readonly string[];
  /** Answers, each with the fate of the message. */
  readonly answers: readonly (readonly [status: number, body: unknown, message: 'again' | 'never'])[];
}

const textOf = ({ text }: Readonly<Record<string, unknown>>) => String(text);

const RECIPES: readonly MessageRecipe[] = [
  {
    page: 'slack',
    start: () => startSlack(pathOf('SLACK_WEBHOOK_URL')),
    place: (target, forged) => ({
      env: movedTo('SLACK_WEBHOOK_URL', target, forged ? '/services/T0/B0/gone' : undefined),
    }),
    secret: 'kR7sZ2mQ9vLw4XcB1nYt8dHp',
    forged: [404, 'no_service'],
    pings: (body) => pingsIn(textOf(body)),
    answers: [
      [400, 'invalid_payload', 'never'],
      [500, 'rollup_error', 'again'],
      [429, 'rate_limited', 'again'],
    ],
  },
  {
    page: 'mattermost',
    start: () => startMattermost(pathOf('MATTERMOST_WEBHOOK_URL')),
    place: (target, forged) => ({
      env: movedTo('MATTERMOST_WEBHOOK_URL', target, forged ? '/hooks/gone' : undefined),
    }),
    secret: 'xen8s1kqz3fz8gmhk1bkqzx5hy',
    forged: [400, 'web.incoming_webhook.invalid.app_error'],
    pings: (body) => mentionsIn(textOf(body)),
    answers: [
      [400, { id: 'web.incoming_webhook.text.app_error' }, 'never'],
      [500, '', 'again'],
    ],
  },
  {
    page: 'ntfy',
    start: () => startNtfy(value('NTFY_TOKEN'), value('NTFY_TOPIC')),
    place: ({ url }, forged) => ({
      origins: { 'https://ntfy.sh': url },
      ...(forged && { env: { NTFY_TOKEN: 'tk_another' } }),
    }),
    secret: value('NTFY_TOKEN'),
    forged: [401, 'unauthorized'],
    pings: () => [],
    answers: [
      [400, { code: 40017, http: 400, error: 'invalid request' }, 'never'],
      [429, { code: 42901, http: 429, error: 'limit reached' }, 'again'],
    ],
  },
  {
    page: 'n8n',
    start: () => startN8n('X-Listing-Token', value('N8N_TOKEN')),
    place: (target, forged) => ({
      env: { ...movedTo('N8N_URL', target), ...(forged && { N8N_TOKEN: 'another' }) },
    }),
    secret: value('N8N_TOKEN'),
    forged: [403, 'Authorization data is wrong!'],
    pings: () => [],
    answers: [
      [503, '', 'again'],
      [500, { message: 'Error in workflow' }, 'again'],
    ],
  },
];

async function serve({ page, start, place }: MessageRecipe, forged = false) {
  await using cleanup = new AsyncDisposableStack();
  const target = cleanup.adopt(await start(), (it) => it.close());
  const recipe = cleanup.use(await cook(configOf(page), place(target, forged)));
  const held = cleanup.move();
  return { target, recipe, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

const LISTING = { ticker: 'CRV', title: '커브(CRV) KRW 마켓 디지털 자산 추가' };

const HOSTILE = [
  'KRW <!channel> <!here> <!everyone> <@U012AB3CD> <#C024BE7LR>',
  'KRW @channel @all @here @admin <!channel|x> <!all>',
  'KRW <https://evil.example|notice> & <b>"quoted"</b> \\ {{ title }}',
  'KRW &lt;!channel&gt; <<!channel>> <!<!channel>channel>',
];

describe.each(RECIPES)('$page', (kind) => {
  const { page, secret, forged, answers, pings } = kind;
  const [json] = blocksOf(pageOf(page), 'json');

  test('a listing is delivered as the page shows it', async () => {
    await using kitchen = await serve(kind);
    const { target, recipe } = kitchen;
    recipe.announce({ ...LISTING, listingType: 'not_listing' });
    recipe.announce(LISTING);
    const sent = await target.waitFor(({ taken }) => taken !== undefined);
    expect(sent.taken).toContain(LISTING.title);
    if (json !== undefined) expect(sent.body).toEqual(JSON.parse(json));
    expect(target.received).toHaveLength(1);
  });

  test.each(HOSTILE)('a title pings nobody, and arrives: %j', async (title) => {
    await using kitchen = await serve(kind);
    const { target, recipe } = kitchen;
    recipe.announce({ ...LISTING, title, ticker: 'CRV' });
    const sent = await target.waitFor(({ taken }) => taken !== undefined);
    expect(pings((sent.body ?? {}) as Record<string, unknown>)).toEqual([]);
    expect(sent.taken?.replaceAll('\u200b', '')).toContain(title);
  });

  test('nor does a ticker, or the name of an exchange', async () => {
    await using kitchen = await serve(kind);
    const { target, recipe } = kitchen;
    recipe.announce({ ...LISTING, ticker: 'CRV<!channel>@all', title: 'KRW', publisher: 'upbit' });
    const sent = await target.waitFor(({ taken }) => taken !== undefined);
    expect(pings((sent.body ?? {}) as Record<string, unknown>)).toEqual([]);
  });

  test('without the key it refuses, and neither log nor `explain` shows the key', async () => {
    await using kitchen = await serve(kind, true);
    const { target, recipe } = kitchen;
    recipe.announce(LISTING);
    const line = await recipe.log.waitFor(({ msg }) => msg === 'delivery.attempted');
    expect(line).toMatchObject({ status: forged[0], outcome: 'reject' });
    expect(target.received[0]?.refused).toContain(forged[1]);
    recipe.announce({ ticker: 'ENA', title: '에나(ENA) KRW 마켓 추가' });
    if ([401, 403, 404].includes(forged[0]))
      await recipe.log.waitFor(({ msg }) => msg === 'destination.suspended');
    using workplace = new Workplace(configOf(page));
    const at = ['-c', `${workplace.folder}/config.yaml`];
    const news = [
      '--publisher',
      'upbit',
      '--listing-type',
      'spot_listing',
      '--ticker',
      'CRV',
      '--title',
      'KRW',
    ];
    const shown = await runCommandLine(['explain', ...at, ...news], { env });
    expect(shown.exitCode).toBe(0);
    expect(JSON.stringify(recipe.log.all) + shown.out + shown.err).not.toContain(secret);
  });

  test.each(answers)('after an answer of %s %j, the message goes out %s', async (status, body, becomes) => {
    await using kitchen = await serve(kind);
    const { target, recipe } = kitchen;
    target.faults.push({ status, body, headers: { 'retry-after': '1' } });
    recipe.announce(LISTING);
    const line = await recipe.log.waitFor(({ msg }) => msg === 'delivery.attempted');
    expect([line['status'], line['next'] === 'dead']).toEqual([status, becomes === 'never']);
    if (becomes === 'again') await target.waitFor(({ taken }) => taken !== undefined);
    expect(target.received.length).toBe(becomes === 'again' ? 1 : 0);
  });
});

test('slack: a burst keeps to its limit', async () => {
  const [slack] = RECIPES;
  if (slack === undefined) throw new Error('there is a recipe for it');
  await using kitchen = await serve(slack);
  const { target, recipe } = kitchen;
  for (const ticker of ['A1', 'B2', 'C3']) recipe.announce({ ticker, title: `${ticker} KRW` });
  await target.waitFor(3);
  expect(target.received.map(({ refused }) => refused)).toEqual([undefined, undefined, undefined]);
});

test('n8n: a lost answer does not start the workflow again', async () => {
  const kind = RECIPES.find(({ page }) => page === 'n8n');
  if (kind === undefined) throw new Error('there is a recipe for it');
  await using kitchen = await serve(kind);
  const { target, recipe } = kitchen;
  target.faults.push({ accept: true, reset: true });
  recipe.announce(LISTING);
  await target.waitFor(2);
  expect(target.received.map(({ taken, refused }) => taken ?? refused)).toEqual([
    LISTING.title,
    expect.stringContaining('seen before'),
  ]);
});

test('the workflow of n8n can be imported: nodes with names of their own, joined, without a credential of ours', () => {
  const { nodes, connections, active } = workflow;
  const names = nodes.map(({ name }) => name);
  expect(new Set(names).size).toBe(nodes.length);
  expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
  for (const node of nodes) {
    expect(node.type).toMatch(/^n8n-nodes-base\.\w+$/);
    expect([node.typeVersion >= 1, node.position.length, node.credentials]).toEqual([true, 2, undefined]);
  }
  const joined = Object.values(connections).flatMap(({ main }) => main.flat().map(({ node }) => node));
  expect(Object.keys(connections).filter((name) => !names.includes(name))).toEqual([]);
  // Each is reached but the trigger, and only the last leads nowhere.
  expect(joined.toSorted()).toEqual(names.slice(1).toSorted());
  expect(active).toBe(false);
  const [trigger] = nodes;
  expect(trigger?.parameters).toMatchObject({ httpMethod: 'POST', authentication: 'headerAuth' });
  expect(`/webhook/${String(trigger?.parameters['path'])}`).toBe(pathOf('N8N_URL'));
});
