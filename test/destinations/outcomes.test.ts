/**
 * The meaning of every answer, platform code and network fault, for each destination type: one table for the
 * statuses, one for the platform's own words (`subjects.ts`), one for network faults. Everything but the statuses
 * over real sockets.
 */
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { AttemptResult, Outcome, RejectReason, RejectScope } from '../../src/delivery/outcome.ts';
import { discordOutcome } from '../../src/destinations/discord/outcome.ts';
import type { DestinationTypeName } from '../../src/destinations/index.ts';
import { telegramOutcome } from '../../src/destinations/telegram/outcome.ts';
import { webhookOutcome } from '../../src/destinations/webhook/outcome.ts';
import type { HttpAnswer } from '../../src/http/request.ts';
import { type Behaviour, FaultyServer } from '../support/faulty-server.ts';
import { deafOrigin, distrustedOrigin, resettingOrigin, silentOrigin } from '../support/hostile-origins.ts';
import { WAIT_MS } from '../support/limits.ts';
import { refusingOrigin } from '../support/refusing-origin.ts';
import { sendContext } from '../support/sending.ts';
import { openSubject, type Subject, subjects } from './subjects.ts';

const delivered: Outcome = { kind: 'delivered' };
const again: Outcome = { kind: 'retry', reason: 'server_error' };
/** A gateway's word: the receiver may have acted. */
const lost: Outcome = { ...again, mayHaveActed: true };
const limited = (afterMs: number, budget?: string): Outcome => ({
  ...{ kind: 'retry', reason: 'rate_limited', afterMs, isGuess: true },
  ...(budget !== undefined && { budget }),
});
const asPlain: Outcome = { kind: 'retry', reason: 'format_refused', plain: true };
const unreachable: Outcome = { kind: 'retry', reason: 'unreachable' };
const rejected = (reason: RejectReason, scope: RejectScope = 'message'): Outcome => ({
  kind: 'reject',
  reason,
  scope,
});
/** A redirect that many answer after they have acted. */
const done: Outcome = { kind: 'reject', reason: 'redirected', scope: 'unclear', mayHaveActed: true };
const ambiguous = (reason: 'timeout' | 'connection_lost' | 'answer_unreadable'): Outcome => ({
  kind: 'ambiguous',
  reason,
});

let scope = new AsyncDisposableStack();
afterEach(async () => {
  await scope.disposeAsync();
  scope = new AsyncDisposableStack();
});

const as = (text: string) => text;
const plain = false;
const meanings: Readonly<Record<DestinationTypeName, (answer: HttpAnswer) => AttemptResult>> = {
  discord: (answer) =>
    discordOutcome(answer, {
      plain,
      pauses: { bucket: 'bucket', global: 'global' },
      wallNowMs: 0,
      redact: as,
    }),
  telegram: (answer) =>
    telegramOutcome(answer, { plain, chatId: 42, botBudget: 'bot', wallNowMs: 0, redact: as }),
  webhook: (answer) => webhookOutcome(answer, { statuses: undefined, body: undefined }, 0, as),
};

/** The first row that a status falls into holds. */
type Statuses = readonly (readonly [from: number, to: number, outcome: Outcome])[];
const TRANSIENT: Statuses = [
  [408, 408, lost],
  [425, 425, again],
  [460, 460, lost],
  [499, 499, lost],
  [500, 500, again],
  [502, 502, lost],
  [503, 503, again],
  [504, 504, lost],
  [520, 530, lost],
  [598, 599, lost],
];
const STATUSES: Readonly<Record<DestinationTypeName, Statuses>> = {
  discord: [
    [200, 299, delivered],
    [300, 399, rejected('redirected', 'unclear')],
    ...TRANSIENT,
    [429, 429, limited(60_000, 'discord-ip')],
    [400, 400, asPlain],
    [401, 401, rejected('unauthorized', 'destination')],
    [403, 403, rejected('forbidden', 'destination')],
    [404, 404, rejected('gone', 'destination')],
    [413, 413, asPlain],
    [405, 499, rejected('message_refused')],
    [402, 402, rejected('message_refused')],
    [501, 599, again],
  ],
  telegram: [
    [200, 299, delivered],
    [300, 399, rejected('redirected', 'unclear')],
    ...TRANSIENT,
    [420, 420, limited(60_000, 'bot')],
    [429, 429, limited(60_000, 'bot')],
    [400, 400, asPlain],
    [401, 401, rejected('unauthorized', 'destination')],
    [403, 403, rejected('forbidden', 'destination')],
    [404, 404, rejected('unauthorized', 'destination')],
    [413, 413, asPlain],
    [402, 499, rejected('message_refused')],
    [501, 599, again],
  ],
  webhook: [
    [200, 299, delivered],
    [302, 303, done],
    [300, 399, rejected('redirected', 'unclear')],
    ...TRANSIENT,
    [429, 429, limited(1000)],
    [401, 401, rejected('unauthorized', 'unclear')],
    [403, 403, rejected('forbidden', 'unclear')],
    [404, 404, rejected('gone', 'unclear')],
    [410, 410, rejected('gone', 'unclear')],
    [402, 402, rejected('forbidden', 'unclear')],
    [405, 405, rejected('misconfigured', 'unclear')],
    [407, 407, rejected('unauthorized', 'unclear')],
    [421, 421, rejected('misconfigured', 'unclear')],
    [426, 426, rejected('misconfigured', 'unclear')],
    [501, 501, rejected('misconfigured', 'unclear')],
    [505, 505, rejected('misconfigured', 'unclear')],
    [400, 499, rejected('message_refused')],
    [506, 506, rejected('message_refused')],
    [508, 508, rejected('message_refused')],
    [510, 510, rejected('message_refused')],
    [507, 599, again],
  ],
};

async function facing(subject: Subject, origin: string) {
  const destination = await openSubject({ ...subject.config(origin), warm: false }, subject.type);
  scope.defer(() => destination.close());
  const send = async (signal = AbortSignal.timeout(WAIT_MS)) => {
    const result = await destination.send(subject.message, sendContext({ signal }));
    const shown = JSON.stringify(result);
    for (const secret of subject.secrets) expect(shown).not.toContain(secret);
    expect(result.detail ?? '').not.toMatch(/[\r\n]/);
    return result;
  };
  /** Whose time is up then. */
  const sendUntil = (moment: Promise<unknown>) => {
    const deadline = new AbortController();
    void moment.then(() => deadline.abort());
    return send(deadline.signal);
  };
  return { send, sendUntil };
}

/** Nothing more comes of it by itself. */
const isStall = (behaviour: Behaviour): boolean =>
  'raw' in behaviour ||
  ('fault' in behaviour && (behaviour.fault === 'stall' || behaviour.fault === 'stall-body'));

/** Where nothing ever happens, any moment will do. */
const NEVER = /not sent in time/;
async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await setImmediate();
}

/** Half of what the platforms answer. */
const HALF = {
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: '{"ok":true,"id":"123456',
};

describe.each(subjects)('$type', (subject) => {
  const { type, taken } = subject;

  test('every status from 200 to 599', () => {
    const body: Record<DestinationTypeName, (status: number) => string> = {
      discord: (status) => (status < 300 ? '{"id":"1"}' : '{"message":"no","code":0}'),
      telegram: (status) => JSON.stringify({ ok: status < 300, error_code: status, description: 'no' }),
      webhook: () => 'anything',
    };
    const found: Record<number, Outcome> = {};
    const expected: Record<number, Outcome | undefined> = {};
    for (let status = 200; status <= 599; status++) {
      const answer = {
        kind: 'answer',
        status,
        headers: {},
        bodyText: body[type](status),
        writtenMs: 1,
        connected: false,
      } as const;
      const result = meanings[type]({ ...answer, bodyFault: undefined });
      expect(result).toMatchObject({ status, writtenMs: 1 });
      found[status] = result.outcome;
      expected[status] = STATUSES[type].find(([from, to]) => from <= status && status <= to)?.[2];
    }
    expect(found).toEqual(expected);
  });

  test.each(subject.refusals)('%s', async (_name, reply, outcome) => {
    const server = scope.use(await FaultyServer.start(taken));
    server.script(reply);
    const { send } = await facing(subject, server.origin);
    const result = await send();
    expect(result.outcome).toEqual(outcome);
    expect(result.writtenMs).toEqual(expect.any(Number));
    expect(server.received).toHaveLength(1);
  });

  test.each([301, 302, 303, 307, 308])('%i: a redirect is never followed', async (status) => {
    const server = scope.use(await FaultyServer.start(taken));
    server.script({ status, headers: { location: `${server.origin}/elsewhere` } });
    const { send } = await facing(subject, server.origin);
    expect((await send()).outcome).toMatchObject(rejected('redirected', 'unclear'));
    expect(server.received).toHaveLength(1);
  });

  const LENGTH = 'content-length: 2\r\n';
  const unlessNeeded: Outcome = subject.needsBody ? ambiguous('answer_unreadable') : delivered;
  const yesBody = taken.body ?? '';
  const whole = `HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ${yesBody.length}\r\n\r\n${yesBody}`;

  test.each([
    ['no answer', { fault: 'stall' }, ambiguous('timeout')],
    ['half a status line', { raw: 'HTTP/1.1 2' }, ambiguous('timeout')],
    ['headers that stall', { raw: 'HTTP/1.1 200 OK\r\ncontent-ty' }, ambiguous('timeout')],
    ['a reset', { fault: 'reset' }, ambiguous('connection_lost')],
    ['a close without an answer', { fault: 'close' }, ambiguous('connection_lost')],
    ['no HTTP', { fault: 'garbage' }, ambiguous('answer_unreadable')],
    ['no HTTP, and then nothing', { raw: '220 mail ESMTP\r\n' }, ambiguous('answer_unreadable')],
    [
      'headers without end',
      { raw: `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}` },
      ambiguous('answer_unreadable'),
    ],
    ['only a 103', { raw: 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n' }, ambiguous('timeout')],
    ['a 102 and a yes', { raw: `HTTP/1.1 102 Processing\r\n\r\n${whole}` }, delivered],
    ['regression: a 100 and a yes', { raw: `HTTP/1.1 100 Continue\r\n\r\n${whole}` }, delivered],
    [
      'regression: several, and a yes',
      { raw: `${'HTTP/1.1 100 Continue\r\n\r\n'.repeat(3)}${whole}` },
      delivered,
    ],
    ['regression: a yes without CR', { raw: 'HTTP/1.1 200 OK\ncontent-length: 2\n\nok' }, unlessNeeded],
    [
      'regression: a yes with two lengths',
      { raw: `HTTP/1.1 200 OK\r\n${LENGTH}${LENGTH}\r\nok` },
      unlessNeeded,
    ],
    [
      'regression: a yes with a length and chunks',
      { raw: `HTTP/1.1 200 OK\r\n${LENGTH}transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n` },
      unlessNeeded,
    ],
    ['regression: a no with two lengths', { raw: `HTTP/1.1 500 No\r\n${LENGTH}${LENGTH}\r\nno` }, again],
    [
      'regression: another protocol that nobody asked for',
      { raw: 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n' },
      ambiguous('answer_unreadable'),
    ],
    ['only a 100', { raw: 'HTTP/1.1 100 Continue\r\n\r\n' }, ambiguous('timeout')],
    ['a 103 and a yes', { raw: `HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${whole}` }, delivered],
    ['a yes that stalls', { fault: 'stall-body', reply: HALF }, unlessNeeded],
    ['a yes that is reset', { fault: 'reset-body', reply: HALF }, unlessNeeded],
    ['a yes that is cut off', { fault: 'truncate', reply: HALF }, unlessNeeded],
    ['a yes that never ends', { fault: 'endless', reply: { status: 200 } }, unlessNeeded],
    ['a 500 that stalls', { fault: 'stall-body', reply: { status: 500 } }, again],
    ['a 500 that never ends', { fault: 'endless', reply: { status: 500 } }, again],
  ] as const satisfies readonly (readonly [string, Behaviour, Outcome])[])(
    'after the request was written: %s',
    async (_name, behaviour, outcome) => {
      const server = scope.use(await FaultyServer.start(taken));
      server.script(behaviour);
      const { send, sendUntil } = await facing(subject, server.origin);
      const result = await (isStall(behaviour) ? sendUntil(server.actedAtLeast(1)) : send());
      expect(result.outcome, result.detail).toEqual(outcome);
      expect(result.writtenMs).toEqual(expect.any(Number));
      expect(server.received).toHaveLength(1);
      expect((await send()).outcome, 'the next one is not hurt by it').toEqual(delivered);
    },
  );

  test('a 101 switches nothing', async () => {
    const server = scope.use(await FaultyServer.start(taken));
    server.script({ raw: 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n' });
    const { sendUntil } = await facing(subject, server.origin);
    const result = await sendUntil(server.actedAtLeast(1));
    expect(result.outcome.kind, result.detail).toBe('ambiguous');
    expect(result.writtenMs).toEqual(expect.any(Number));
  });

  test.each([
    ['refused', refusingOrigin, /ECONNREFUSED/],
    ['no such host', async () => 'http://nonexistent.invalid', /ENOTFOUND|EAI_AGAIN/],
    ['a connect that is never answered', () => deafOrigin(scope), NEVER],
    [
      'no TLS at the far end',
      async () => scope.use(await FaultyServer.start()).origin.replace('http:', 'https:'),
      /\w/,
    ],
    ['a certificate that nobody vouches for', () => distrustedOrigin(scope), /self-signed certificate/],
    ['TLS that is never answered', () => silentOrigin(scope), NEVER],
    ['TLS that is reset', () => resettingOrigin(scope), /\w/],
  ])('%s: provably not received', async (_name, originOf, said) => {
    const { send, sendUntil } = await facing(subject, await originOf());
    const result = await (said === NEVER ? sendUntil(someTurns()) : send());
    expect(result).toMatchObject({ outcome: unreachable, detail: expect.stringMatching(said) });
    expect(result).not.toHaveProperty('writtenMs');
  });

  test('a connection accepted only to be closed: nobody knows', async () => {
    const server = scope.use(await FaultyServer.start(taken));
    server.dropConnections(1);
    const { send } = await facing(subject, server.origin);
    expect((await send()).outcome).toEqual(ambiguous('connection_lost'));
  });
});
