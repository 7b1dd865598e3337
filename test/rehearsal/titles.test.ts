/** The announcements of the rehearsal meet the conditions of their rules, so that all of each rule stays warm. */
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { makeReady } from '../../src/daemon/ready-config.ts';
import type { AttemptResult } from '../../src/delivery/outcome.ts';
import type { PreparedDestination } from '../../src/destinations/prepared.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { Stage } from '../../src/rehearsal/stage.ts';
import { seededRandom } from '../support/seeded-random.ts';

const CONFIG = `feeds:
  - { name: one, url: wss://feed.bridge.test, apiKey: dsk_${'a1'.repeat(32)} }
destinations:
  bot:
    type: webhook
    url: "http://127.0.0.1:9/signal"
    forEach: ticker
    body: { symbol: '{{ ticker | lookup: "perps" }}', coin: '{{ extract.coin }}', when: '{{ extract.opens }}' }
tables: { perps: { ABC: ABCUSDT, XYZ: XYZUSDT }, held: [DEF] }
extract:
  coin: { matches: "\\\\(([A-Z0-9]+)\\\\)|<([A-Z]{3})>" }
  opens: { matches: "[0-9]{2}:[0-9]{2} KST" }
  last: { matches: "\\\\[([A-Z0-9]+)\\\\]$" }
  edit: { matches: "(변경 안내)" }
rules:
  - { name: table, match: { ticker: { in: perps, not: { in: held } } }, send: [bot], cooldown: { by: rule, for: 1h } }
  - { name: coin, match: { extract: { coin: "Q7" } }, send: [bot], cooldown: { by: ticker, for: 1h } }
  - { name: any coin, match: { extract: { opens: "*" } }, send: [bot], cooldown: { by: title, for: 1h } }
  - { name: market, match: { market: [EUR, USDT] }, send: [bot] }
  - { name: title, match: { title: { matches: "^\\\\S+ .*(?:airdrop|에어드랍)" } }, send: [bot] }
  - { name: regression - at the end, match: { title: { matches: "마켓 오픈$" } }, send: [bot] }
  - { name: regression - the whole, match: { title: { matches: "^에이(비씨)? ?.*추가 \\\\(A[0-9]\\\\) 12:30 KST$" } }, send: [bot] }
  - { name: regression - an extract at the end, match: { extract: { last: "Z9" } }, send: [bot] }
  - { name: edits, match: { update: true }, send: [bot] }
  - { name: regression - this title and no other, match: { title: "원화 마켓 신규 상장 12:30 KST" }, send: [bot] }
`;

test('each rule matches the announcement that is made for it, and all of it is sent, cooldowns or not', async () => {
  const { config, problems } = loadConfig({ file: 'c.yaml', env: {}, readFile: () => CONFIG });
  if (config === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  const redact = (shown: string) => shown;
  const ready = makeReady({ config, digest: '', files: [], patterns: [], redact });
  const matched: (readonly string[])[] = [];
  const results: AttemptResult[] = [];
  const cooldownsAsked = new Set<string>();
  const router = {
    ...ready.router,
    cooldowns: new Map(
      Array.from(ready.router.cooldowns, ([name, cooldown]) => [
        name,
        { ...cooldown, destinations: { has: () => cooldownsAsked.add(name).size > 0 } },
      ]),
    ),
    route: (announcement: Parameters<typeof ready.router.route>[0]) => {
      const routing = ready.router.route(announcement);
      matched.push(routing.rules);
      return routing;
    },
  };
  const bodies: string[] = [];
  const destinations = ready.destinations.map(
    (prepared): PreparedDestination => ({
      ...prepared,
      render: (delivery) => {
        const rendered = prepared.render(delivery);
        bodies.push(JSON.stringify(rendered));
        return rendered;
      },
      async open(deps) {
        const destination = await prepared.open(deps);
        return {
          ...{ close: () => destination.close() },
          async send(message, context) {
            const result = await destination.send(message, context);
            results.push(result);
            return result;
          },
        };
      },
    }),
  );
  const { rules, feeds, extract } = config;
  const deps = { clock: systemClock, redact, version: '1.2.3' };
  const tables = { tableOf: config.tableOf, someKey: () => 'abc' };
  await using stage = await Stage.open({
    ...{ rules, feeds, extract, router, destinations, deps, tables, random: seededRandom(1) },
  });
  for (let round = 0; round < 2; round++) {
    for (const scene of [...stage.scenes, ...stage.scenes]) await stage.perform(scene);
    stage.clear();
  }
  const wanted = rules.map(({ name }) => name);
  expect(stage.scenes.map(({ rule }) => rule)).toEqual(wanted);
  for (const [nth, name] of [...wanted, ...wanted, ...wanted, ...wanted].entries())
    expect(matched[nth], name).toContain(name);
  expect(results.map(({ outcome }) => outcome.kind)).toEqual(Array.from(matched, () => 'delivered'));
  expect([...cooldownsAsked]).not.toEqual([]);
  for (const body of bodies) expect(body).toMatch(/USDT.*KST/);
});
