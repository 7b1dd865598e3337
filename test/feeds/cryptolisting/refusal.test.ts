import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onClose, onRefusal } from '../../../src/feeds/cryptolisting/refusal.ts';

describe('onRefusal', () => {
  it.each([
    [401, 'no_key'],
    [403, 'key_refused'],
  ])('%i is fatal', (status, reason) => {
    const verdict = onRefusal(status, { 'retry-after': '5' }, '{"error":"invalid_key"}');
    expect(verdict).toMatchObject({
      kind: 'fatal',
      reason,
      detail: `HTTP ${status}: {"error":"invalid_key"}`,
    });
    expect(verdict.advice).toContain('apiKey');
  });

  it.each<[string, number | undefined, RegExp]>([
    ['connection_rate_limit_exceeded', 60_000, /10 connections a minute/],
    ['per_ip_concurrent_limit_reached', undefined, /IP address already holds 20/],
    ['per_ip_connection_limit_reached', undefined, /5 connections with this key/],
    ['max_distinct_ips_reached', undefined, /another machine uses this key/],
    ['absolute_connection_cap_reached', undefined, /20 connections/],
    ['connection_cooldown', 5_000, /nothing to do/],
    ['max_connections_reached', undefined, /tier allows/],
  ])('429 %s', (word, afterMs, advice) => {
    for (const body of [JSON.stringify({ error: word }), word, ` ${word}\n`]) {
      const verdict = onRefusal(429, {}, body);
      expect(verdict).toMatchObject({ kind: 'retry', reason: word, advice: expect.stringMatching(advice) });
      expect(verdict.kind === 'retry' ? verdict.afterMs : Number.NaN).toBe(afterMs);
    }
  });

  const date = 'Wed, 21 Oct 2026 07:28:00 GMT';
  it.each<[string, Record<string, string | string[]>, string, number | undefined]>([
    ['the body', {}, '{"error":"connection_cooldown","retry_after_s":7}', 7000],
    ['the body as text', {}, '{"error":"x","retry_after_s":"2.5"}', 2500],
    ['the body before the header', { 'retry-after': '99' }, '{"error":"x","retry_after_s":1}', 1000],
    ['zero', {}, '{"error":"connection_cooldown","retry_after_s":0}', 0],
    ['the header', { 'retry-after': '12' }, 'Too Many Requests', 12_000],
    ['the first of several', { 'retry-after': ['3', '4'] }, '', 3000],
    ['a date', { 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT', date }, '', 30_000],
    ['a date gone by', { 'retry-after': 'Wed, 21 Oct 2026 07:27:30 GMT', date }, '', 0],
    ['a date without one to count from', { 'retry-after': date }, '', undefined],
    ['a negative number', { 'retry-after': '-5' }, '{"retry_after_s":-1}', undefined],
    ['nonsense', { 'retry-after': 'later' }, '{"retry_after_s":{}}', undefined],
    ['the service, at most an hour', {}, '{"error":"x","retry_after_s":86400}', 3_600_000],
    ['somebody else, at most five minutes', { 'retry-after': '86400' }, '<html>', 300_000],
  ])('the wait comes from %s', (_name, headers, body, afterMs) => {
    const verdict = onRefusal(429, headers, body);
    expect(verdict.kind === 'retry' ? verdict.afterMs : Number.NaN).toBe(afterMs);
  });

  it.each([
    [429, 'too_many_requests'],
    [400, 'bad_request'],
    [426, 'bad_request'],
    [500, 'server_error'],
    [503, 'server_error'],
    [200, 'unexpected_answer'],
    [301, 'unexpected_answer'],
    [404, 'unexpected_answer'],
  ])('%i is tried again', (status, reason) => {
    expect(onRefusal(status, {}, '<html>no</html>')).toEqual({
      kind: 'retry',
      reason,
      advice: expect.stringMatching(/\w/),
      detail: `HTTP ${status}: no`,
    });
  });

  const PAGE =
    '<!DOCTYPE html><html><head><title>Attention Required!</title><style>a{}</style><script>x()</script></head><body><h1>Blocked</h1></body></html>';
  describe('regression: a feed is given up for ever for what was in between', () => {
    it.each(
      [401, 403, 404, 407, 451].flatMap((status) =>
        [PAGE, '', 'Forbidden', '{"message":"Forbidden"}', '{"error":{"code":1}}', '{"error":""}', '[1]'].map(
          (body) => [status, body] as const,
        ),
      ),
    )('%i with the body %j is tried again, and is said to come from in between', (status, body) => {
      const verdict = onRefusal(status, { 'content-type': 'text/html' }, body);
      expect(verdict).toMatchObject({
        kind: 'retry',
        reason: 'unexpected_answer',
        advice: expect.stringMatching(/something in between answered/),
      });
    });

    it.each(
      [
        'Forbidden',
        'access_denied',
        'invalid_token',
        'unauthorized',
        'Access denied | 1020',
        'captcha required',
        'keycloak: no session',
        'monkey',
      ].flatMap((word) => [401, 403].map((status) => [status, word] as const)),
    )('%i with %j in JSON, as gateways write it, is tried again within five minutes', (status, error) => {
      const verdict = onRefusal(status, { 'retry-after': '86400' }, JSON.stringify({ error }));
      expect(verdict).toMatchObject({
        kind: 'retry',
        reason: 'unexpected_answer',
        afterMs: 300_000,
        advice: expect.stringMatching(/something in between answered.*the key/),
      });
    });

    it.each(['invalid_key', 'missing_api_key', 'API key expired', 'apikey revoked', 'Key is invalid'])(
      'a word about a key (%s) is the service’s own',
      (error) => {
        expect(onRefusal(403, {}, JSON.stringify({ error }))).toMatchObject({ kind: 'fatal' });
      },
    );

    it('its status and first words are shown, without markup', () => {
      expect(onRefusal(403, {}, PAGE).detail).toBe('HTTP 403: Attention Required! Blocked');
      expect(onRefusal(403, {}, '').detail).toBe('HTTP 403');
    });

    it.each([301, 302, 307, 308])('a redirect (%i) says where to', (status) => {
      const location = 'https://login.guest.example/start?from=here';
      expect(onRefusal(status, { location }, '<p>Moved</p>')).toMatchObject({
        kind: 'retry',
        reason: 'unexpected_answer',
        detail: `HTTP ${status} to ${location}: Moved`,
      });
    });

    it.each([500, 502, 503, 504, 520])('a Retry-After of an hour with %i is five minutes', (status) => {
      for (const body of ['', '{"error":"maintenance","retry_after_s":3600}'])
        expect(onRefusal(status, { 'retry-after': '3600' }, body)).toMatchObject({
          kind: 'retry',
          reason: 'server_error',
          afterMs: 300_000,
        });
    });

    it('a limit is one under 403 too', () => {
      expect(onRefusal(403, {}, '{"error":"max_distinct_ips_reached"}')).toMatchObject({
        kind: 'retry',
        reason: 'max_distinct_ips_reached',
      });
    });
  });

  it.each(['constructor', '__proto__', 'toString'])('a word such as %s is just unknown', (word) => {
    expect(onRefusal(429, {}, word)).toMatchObject({ reason: 'too_many_requests' });
    expect(onClose(1008, word)).toMatchObject({ reason: 'closed' });
  });

  it('keeps a stranger’s words to one short line', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 1000 }),
        fc.integer({ min: 100, max: 599 }),
        (body, status) => {
          const { detail = '' } = onRefusal(status, {}, body);
          expect(detail.length).toBeLessThanOrEqual(200);
          expect(detail).not.toMatch(/\p{Cc}/u);
          expect(detail.isWellFormed()).toBe(true);
        },
      ),
    );
    expect(onRefusal(400, {}, `a\r\n\u001b[31mb${'x'.repeat(500)}`).detail).toMatch(
      /^HTTP 400: a \[31mbx+…$/,
    );
  });
});

describe('onClose', () => {
  it.each(['key_expired', 'key_invalidated', 'key_revoked'])('%s is fatal', (reason) => {
    expect(onClose(1000, reason)).toMatchObject({
      kind: 'fatal',
      reason,
      advice: expect.stringContaining('apiKey'),
    });
  });

  it.each<[number, string, object]>([
    [1008, 'too_slow', { reason: 'too_slow', atOnce: true, ourFault: true }],
    [1008, 'rate_limit_exceeded', { reason: 'rate_limit_exceeded', afterMs: 60_000 }],
    [1009, 'frame_too_large', { reason: 'frame_too_large', ourFault: true }],
    [1009, '', { reason: 'frame_too_large', ourFault: true }],
    [1000, '', { reason: 'closed', detail: 'code 1000' }],
    [1006, '', { reason: 'closed', detail: 'code 1006' }],
    [1008, 'something new', { reason: 'closed', detail: 'code 1008: something new' }],
    [1000, 'key_expired by a proxy', { reason: 'closed', detail: 'code 1000: key_expired by a proxy' }],
    [1012, 'restart', { reason: 'closed', detail: 'code 1012: restart' }],
  ])('%i %s is tried again', (code, reason, wanted) => {
    expect(onClose(code, reason)).toEqual({ kind: 'retry', advice: expect.stringMatching(/\w/), ...wanted });
  });
});
