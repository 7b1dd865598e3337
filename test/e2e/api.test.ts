/** The API of a running bridge: every example of docs/api.md is asked for, and every answer is as the document says. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect, test } from 'vitest';
import type { Endpoint } from '../../src/web/api/endpoint.ts';
import { ENDPOINTS } from '../../src/web/api/endpoints.ts';
import { openApi } from '../../src/web/api/openapi.ts';
import { Workplace } from '../support/program.ts';
import { CONFIG, startStandIns } from '../support/stand-ins.ts';

const TOKEN = 'a-token-for-the-tests';
const WITH_TOKEN = CONFIG.replace('server: { port: 0 }', `server: { port: 0, token: ${TOKEN} }`)
  .replace(
    '  bot: {',
    '  gone: { type: webhook, url: "http://127.0.0.1:9/", retry: { attempts: 1 } }\n  bot: {',
  )
  .replace('send: [chat, group, bot]', 'send: [chat, group, bot, gone]');

const DOCUMENT = openApi(ENDPOINTS, { version: '1', isClosed: true });
const ajv = new Ajv2020({ strict: false });
formats.default(ajv);
ajv.addSchema(DOCUMENT, 'api');

const keyOf = (text: string) => text.replaceAll('~', '~0').replaceAll('/', '~1');

/** Throws where an answer has not the form that the document has for it. */
function requireForm(
  { method, path }: Pick<Endpoint, 'method' | 'path'>,
  status: number,
  body: unknown,
): void {
  const place = `api#/paths/${keyOf(path)}/${method}/responses/${status}/content/application~1json/schema`;
  const validate = ajv.getSchema(place.replaceAll('{', '%7B').replaceAll('}', '%7D')) ?? ajv.getSchema(place);
  expect(validate, `${method} ${path} has an answer ${status} in the document`).toBeDefined();
  validate?.(body);
  expect(validate?.errors ?? [], `${method} ${path} ${status}: ${JSON.stringify(body)}`).toEqual([]);
}

test('regression of the test: an answer with another field or of another kind is none', () => {
  const list = { method: 'get', path: '/api/mutes' } as const;
  requireForm(list, 200, { mutes: [] });
  expect(() => requireForm(list, 200, { mutes: [], more: 1 })).toThrow('more');
  expect(() => requireForm(list, 200, { mutes: [{ id: 'x' }] })).toThrow();
});

test('every example, and what a person does with a failure', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(WITH_TOKEN);
  await using bridge = workplace.start(['run'], standIns.env);
  const { url } = await bridge.event('bridge.started');
  await bridge.event('feed.self_test_answered');
  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  const asked = async (name: string, path?: string, body?: unknown) => {
    const one = ENDPOINTS.find((endpoint) => endpoint.name === name);
    if (one === undefined) throw new Error(`no endpoint ${name}`);
    const given = body ?? one.example.body;
    const answer = await ask(one.method.toUpperCase(), path ?? one.example.path, given);
    requireForm(one, answer.status, answer.body);
    return answer;
  };

  const injected = await asked('injectAnnouncement', '/api/announcements?real=true');
  expect(injected.body).toMatchObject({ ok: true, rules: ['all'] });
  const { id } = injected.body.announcement;
  await bridge.log.waitFor((line) => line.msg === 'delivery.dead' && line['destination'] === 'gone');
  await standIns.bot.waitFor(1);
  // Twice is a duplicate, which is another form.
  await asked('injectAnnouncement', '/api/announcements?real=true');

  // Every example, but for those that name something.
  for (const { name, path } of ENDPOINTS)
    if (!path.includes('{id}') && name !== 'injectAnnouncement') {
      const { status } = await asked(name);
      // This bridge is alone.
      expect([name, status]).toEqual([name, path.startsWith('/api/cluster') ? 404 : 200]);
    }

  const all = await asked('listDeliveries', '/api/deliveries?limit=2');
  expect(all.body.deliveries).toHaveLength(2);
  const rest = await asked('listDeliveries', `/api/deliveries?limit=50&before=${all.body.next}`);
  const ids = [...all.body.deliveries, ...rest.body.deliveries].map((one) => one.id);
  expect(new Set(ids).size).toBe(4);
  const dead = await asked('listDeliveries', '/api/deliveries?destination=gone&state=dead&since=1h');
  const [{ id: gone }] = dead.body.deliveries;
  const fits = (query: string) => asked('listDeliveries', `/api/deliveries?${query}`);
  const lists = (query: string) => asked('listAnnouncements', `/api/announcements?${query}`);
  const all4 = `announcement=${id}&exchange=upbit&type=spot_listing&ticker=abc&feed=inject&title=krw&rule=all`;
  expect((await fits(all4)).body.deliveries).toHaveLength(4);
  expect((await fits(`${all4}&reason=unreachable&attempts=1`)).body.deliveries).toMatchObject([{ id: gone }]);
  expect((await fits(`id=${gone}`)).body.deliveries).toMatchObject([{ id: gone }]);
  expect((await fits(`${all4}&until=2020-01-01T00:00:00Z`)).body).toEqual({ deliveries: [] });
  expect((await fits('destination=gnoe')).body).toEqual({
    deliveries: [],
    hint: 'no destination gnoe is known (did you mean "gone"?)',
  });
  expect((await lists('exchange=upbit&matched=true&title=krw&since=1h')).body.announcements).toMatchObject([
    { id },
  ]);
  expect((await lists('matched=false')).body).toEqual({ announcements: [] });
  expect((await lists('exchange=upbti')).body.hint).toContain('did you mean "upbit"?');
  expect((await ask('GET', '/api/deliveries?destinaton=gone')).body).toMatchObject({
    code: 'wrong_query',
    problem: expect.stringContaining('did you mean "destination"?'),
  });
  expect((await ask('GET', '/api/deliveries?state=ded')).body.problem).toContain('"dead"');
  expect((await ask('GET', '/api/deliveries?since=soon')).body.problem).toContain('10m or 3d');
  expect(dead.body.deliveries).toMatchObject([{ announcement: id, state: 'dead', attempts: 1 }]);
  expect((await asked('showDelivery', `/api/deliveries/${gone}`)).body).toMatchObject({
    delivery: { id: gone },
    attempts: [{ attempt: 1 }],
  });

  expect((await asked('showAnnouncement', `/api/announcements/${id}`)).body).toMatchObject({
    announcement: { id },
    before: { rules: [{ rule: 'all', matched: true }], planned: 4 },
    now: { rules: [{ rule: 'all', matched: true }] },
    differences: [],
  });
  expect((await asked('listAnnouncements')).body.announcements).toMatchObject([{ id }]);
  expect((await asked('listRules')).body.rules).toMatchObject([{ name: 'all', hits: 1 }]);

  expect((await asked('retryDelivery', `/api/deliveries/${gone}/retry`)).status).toBe(200);
  const delivered = ids.find((one) => one !== gone && one !== undefined) ?? '';
  await standIns.discord.waitFor(1);
  await asked('discardDelivery', `/api/deliveries/${delivered}/discard`);
  const of = rest.body.deliveries
    .concat(all.body.deliveries)
    .find((one: { destination: string }) => one.destination === 'bot');
  const refused = await asked('retryDelivery', `/api/deliveries/${of.id}/retry`);
  expect(refused).toMatchObject({ status: 409, body: { ok: false, code: 'delivered' } });
  await asked('showDelivery', '/api/deliveries/none');

  const { body: muted } = await asked('listMutes');
  expect(muted.mutes).toMatchObject([{ kind: 'ticker', name: 'ABC' }]);
  await asked('liftMute', `/api/mutes/${muted.mutes[0].id}`);
  await asked('liftMute', '/api/mutes/99');

  const { body: config } = await asked('showConfig');
  expect(config.config.destinations.bot).toMatchObject({ type: 'webhook', secret: '<redacted>' });
  expect(config.config.shutdownTimeout).toBe(10_000);
  workplace.write('config.yaml', 'rules: none');
  expect((await asked('reload')).status).toBe(422);
});

test('events of a running bridge: an announcement and its deliveries, as they come', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(WITH_TOKEN);
  await using bridge = workplace.start(['run'], standIns.env);
  const { url } = await bridge.event('bridge.started');
  await bridge.event('feed.self_test_answered');
  const stream = await fetch(`${url}/api/events?kinds=announcement,delivery`);
  const reader = stream.body?.getReader();
  await fetch(`${url}/api/announcements?real=true`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({
      publisher: 'upbit',
      listingType: 'spot_listing',
      ticker: 'XYZ',
      title: 'XYZ KRW',
    }),
  });
  let text = '';
  for (let read = 0; read < 100 && !/event: delivery[\s\S]*"destination":"bot"/.test(text); read++)
    text += new TextDecoder().decode((await reader?.read())?.value);
  expect(text).toMatch(/id: \w+-\d+\nevent: announcement\ndata: \{.*"tickers":\["XYZ"\]/);
  await reader?.cancel();
});
