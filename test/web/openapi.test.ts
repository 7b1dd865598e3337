/** The OpenAPI document is one, names everything that is served, and changes nothing of what is. */
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { ENDPOINTS } from '../../src/web/api/endpoints.ts';
import { openApi } from '../../src/web/api/openapi.ts';
import { BEARER, LOCAL, LOCAL_WITH_TOKEN, webOf } from '../support/web.ts';

const HOST = { host: 'localhost' };
const served = async () =>
  (await (await webOf(LOCAL).request('/api/openapi.json', { headers: HOST })).json()) as {
    readonly paths: Readonly<Record<string, object>>;
  };

test('it is valid OpenAPI 3.1, and every reference in it leads somewhere', async () => {
  const document = await served();
  const validator = new Validator();
  expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
  const { schemas } = (document as unknown as { components: { schemas: object } }).components;
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, to = '']) => to);
  expect(references.length).toBeGreaterThan(20);
  for (const to of references)
    expect(Object.keys(schemas)).toContain(to.replace('#/components/schemas/', ''));
});

test('every route of the API is in it', async () => {
  const { paths } = await served();
  const inDocument = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  const routes = webOf(LOCAL)
    .routes.filter(({ method, path }) => method !== 'ALL' && /^\/(api|-)\//.test(path))
    .map(({ method, path }) => `${method.toLowerCase()} ${path}`);
  expect(inDocument.toSorted()).toEqual(
    [...new Set(routes)].filter((one) => one !== 'get /api/openapi.json').toSorted(),
  );
});

test('names and examples are its own', () => {
  const names = ENDPOINTS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(openApi(ENDPOINTS, { version: '1' })).toMatchObject({ openapi: '3.1.0', info: { version: '1' } });
});

describe('requests that do not fit are refused in one form', () => {
  const ask = async (method: string, path: string, body?: string) => {
    const init = { method, headers: { ...HOST, ...BEARER }, ...(body !== undefined && { body }) };
    const response = await webOf(LOCAL_WITH_TOKEN).request(path, init);
    return [response.status, await response.json()];
  };

  test.each([
    ['GET', '/api/deliveries?state=lost', undefined, 400, 'wrong_query'],
    ['GET', '/api/deliveries?limit=0', undefined, 400, 'wrong_query'],
    ['GET', '/api/deliveries?limit=ten', undefined, 400, 'wrong_query'],
    ['GET', '/api/deliveries?since=yesterday', undefined, 400, 'wrong_query'],
    ['GET', '/api/deliveries?dest=bot', undefined, 400, 'wrong_query'],
    ['GET', "/api/deliveries?before='%20OR%201=1", undefined, 400, 'wrong_query'],
    ['GET', '/api/stats?since=yesterday', undefined, 400, 'wrong_query'],
    ['GET', '/api/stats?since=24', undefined, 400, 'wrong_query'],
    ['GET', '/api/stats?by=ticker', undefined, 400, 'wrong_query'],
    ['GET', '/api/stats?since=1h&until=2h', undefined, 422, 'no_period'],
    ['GET', '/api/stats?slot=minute', undefined, 400, 'wrong_query'],
    ['GET', '/api/stats?since=3d&slot=hour', undefined, 422, 'too_long'],
    ['GET', '/api/stats?since=2d&by=feed&slot=hour', undefined, 422, 'wrong_slot'],
    ['GET', '/api/stats?since=2999-01-01', undefined, 422, 'no_period'],
    ['GET', '/api/deliveries/none', undefined, 404, 'unknown'],
    ['GET', '/api/announcements/none', undefined, 404, 'unknown'],
    ['POST', '/api/deliveries/none/retry', undefined, 404, 'unknown'],
    ['POST', '/api/deliveries/none/discard', undefined, 404, 'unknown'],
    ['POST', '/api/explain', '[]', 400, 'not_json'],
    ['POST', '/api/explain', '{', 400, 'not_json'],
    ['POST', '/api/explain', '{}', 422, 'not_an_announcement'],
    ['POST', '/api/explain', `{"title":"${'x'.repeat(300_000)}"}`, 413, 'too_large'],
    ['POST', '/api/announcements', 'null', 400, 'not_json'],
    ['POST', '/api/mutes', '{"hours": 3}', 400, 'not_a_mute'],
  ] as const)('%s %s %s', async (method, path, body, status, code) => {
    expect(await ask(method, path, body)).toMatchObject([
      status,
      { ok: false, problem: expect.any(String), code },
    ]);
  });

  test('a store that cannot be read is said, not hidden', async () => {
    const noStore = () => Promise.resolve({ ok: false as const, message: 'the disk is gone' });
    const web = webOf(LOCAL, { page: noStore, announcements: noStore, find: noStore, decision: noStore });
    for (const path of [
      '/api/deliveries',
      '/api/deliveries/x',
      '/api/announcements',
      '/api/announcements/x',
    ]) {
      const response = await web.request(path, { headers: HOST });
      expect([response.status, await response.json()]).toEqual([
        503,
        { ok: false, problem: 'the disk is gone', code: 'store' },
      ]);
    }
  });
});
