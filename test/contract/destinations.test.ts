/** What is promised of every destination type, asked of each over real sockets. */
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { AttemptResult, Outcome } from '../../src/delivery/outcome.ts';
import type { Destination, SendContext } from '../../src/destinations/destination.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createRedactor } from '../../src/platform/secret.ts';
import { type Behaviour, FaultyServer, refusingOrigin } from '../support/faulty-server.ts';
import { sendContext } from '../support/sending.ts';
import { openSubject, type Subject, subjects } from './subjects.ts';

/** Long enough for anything local, short enough to wait out a stall. */
const STALL_MS = 150;

/** Of what the platforms answer. */
const HALF = {
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: '{"ok":true,"id":"123456',
};

let scope = new AsyncDisposableStack();
afterEach(async () => {
  await scope.disposeAsync();
  scope = new AsyncDisposableStack();
});

const briefly = () => sendContext({ signal: AbortSignal.timeout(STALL_MS) });

async function open(subject: Subject, origin: string, extra: object = {}): Promise<Destination<unknown>> {
  const destination = await openSubject({ ...subject.config(origin), ...extra }, subject.type);
  scope.defer(() => destination.close());
  return destination;
}

/** Sends once, and holds every result to the promise that no secret is in it. */
async function attempt(
  subject: Subject,
  destination: Destination<unknown>,
  given: SendContext = sendContext(),
): Promise<AttemptResult> {
  const result = await destination.send(subject.message, given);
  const shown = JSON.stringify(result);
  for (const secret of subject.secrets) expect(shown).not.toContain(secret);
  expect(result.detail?.length ?? 0).toBeLessThanOrEqual(300);
  expect(result.detail ?? '').not.toMatch(/[\r\n]/);
  return result;
}

async function facing(subject: Subject, ...script: Behaviour[]) {
  const server = scope.use(await FaultyServer.start(subject.taken));
  server.script(...script);
  return { server, destination: await open(subject, server.origin) };
}

describe.each(subjects)('$type', (subject) => {
  const { taken } = subject;
  const ambiguous = (reason: 'timeout' | 'connection_lost' | 'answer_unreadable'): Outcome => ({
    kind: 'ambiguous',
    reason,
  });
  const unlessNeeded: Outcome = subject.needsBody ? ambiguous('answer_unreadable') : { kind: 'delivered' };

  test('delivers with one request, and tells when it was written', async () => {
    const { server, destination } = await facing(subject);
    const beforeMs = systemClock.monotonicMs();
    const result = await attempt(subject, destination);
    expect(result).toEqual({
      outcome: { kind: 'delivered' },
      status: taken.status,
      writtenMs: expect.any(Number),
    });
    expect(result.writtenMs).toBeGreaterThanOrEqual(beforeMs);
    expect(result.writtenMs).toBeLessThanOrEqual(systemClock.monotonicMs());
    expect(server.received).toHaveLength(1);
    expect(server.last.method).toBe('POST');
  });

  test('stays connected between sends', async () => {
    const { server, destination } = await facing(subject);
    await attempt(subject, destination);
    // In the very turn in which an answer ends, undici still counts its socket as busy.
    await setImmediate();
    await attempt(subject, destination);
    expect(server.received).toHaveLength(2);
    expect(server.connections).toBe(1);
  });

  test.each(subject.refusals)('%s', async (_name, reply, outcome) => {
    const { server, destination } = await facing(subject, reply);
    const result = await attempt(subject, destination);
    expect(result.outcome).toEqual(outcome);
    expect(result.writtenMs).toEqual(expect.any(Number));
    expect(server.received).toHaveLength(1);
  });

  test.each([408, 425, 500, 502, 503, 504, 520, 521, 522, 524, 530])('%i: again later', async (status) => {
    const { server, destination } = await facing(subject, subject.refusal(status));
    const { outcome, status: told } = await attempt(subject, destination);
    expect(outcome).toEqual({ kind: 'retry', reason: 'server_error' });
    expect(told).toBe(status);
    expect(server.received).toHaveLength(1);
  });

  test.each([429, 503])('%i with Retry-After: waits as long as it is asked to', async (status) => {
    const inTenSeconds = new Date(systemClock.wallMs() + 10_000).toUTCString();
    const { destination } = await facing(
      subject,
      subject.refusal(status, { 'retry-after': '7' }),
      subject.refusal(status, { 'retry-after': inTenSeconds }),
      subject.refusal(status, { 'retry-after': 'soon' }),
    );
    const reason = status === 429 ? 'rate_limited' : 'server_error';
    const first = await attempt(subject, destination);
    expect(first.outcome).toMatchObject({ kind: 'retry', reason, afterMs: 7000 });
    const second = await attempt(subject, destination);
    expect(second.outcome).toMatchObject({ kind: 'retry', reason });
    const afterMs = second.outcome.kind === 'retry' ? (second.outcome.afterMs ?? 0) : 0;
    expect(afterMs).toBeGreaterThan(8000);
    expect(afterMs).toBeLessThanOrEqual(10_000);
    expect((await attempt(subject, destination)).outcome).toEqual({ kind: 'retry', reason });
  });

  test.each([301, 302, 303, 307, 308])('%i: a redirect is never followed', async (status) => {
    const { server, destination } = await facing(subject);
    server.script({ status, headers: { location: `${server.origin}/elsewhere` } });
    const { outcome } = await attempt(subject, destination);
    expect(outcome).toEqual({ kind: 'reject', reason: 'redirected', scope: 'message' });
    expect(server.received).toHaveLength(1);
  });

  test.each([
    ['no answer', { fault: 'stall' }, ambiguous('timeout')],
    ['a reset', { fault: 'reset' }, ambiguous('connection_lost')],
    ['a close without an answer', { fault: 'close' }, ambiguous('connection_lost')],
    ['no HTTP', { fault: 'garbage' }, ambiguous('answer_unreadable')],
    ['a yes that stalls', { fault: 'stall-body', reply: HALF }, unlessNeeded],
    ['a yes that is reset', { fault: 'reset-body', reply: HALF }, unlessNeeded],
    ['a yes that is cut off', { fault: 'truncate', reply: HALF }, unlessNeeded],
    ['a yes that never ends', { fault: 'endless', reply: { status: 200 } }, unlessNeeded],
    [
      'a 500 that stalls',
      { fault: 'stall-body', reply: { status: 500 } },
      { kind: 'retry', reason: 'server_error' },
    ],
  ] as const satisfies readonly (readonly [string, Behaviour, Outcome])[])(
    'after the request was written: %s',
    async (_name, behaviour, outcome) => {
      const { server, destination } = await facing(subject, behaviour);
      const result = await attempt(subject, destination, briefly());
      expect(result.outcome, result.detail).toEqual(outcome);
      expect(result.writtenMs).toEqual(expect.any(Number));
      expect(server.received).toHaveLength(1);
      expect((await attempt(subject, destination)).outcome).toEqual({ kind: 'delivered' });
    },
  );

  test('a connection accepted only to be closed: nobody knows', async () => {
    const { server, destination } = await facing(subject);
    server.dropConnections(1);
    const { outcome } = await attempt(subject, destination);
    expect(outcome).toEqual(ambiguous('connection_lost'));
  });

  test.each([
    ['refused', refusingOrigin],
    ['no such host', async () => 'http://nonexistent.invalid'],
    ['no TLS', async () => scope.use(await FaultyServer.start()).origin.replace('http:', 'https:')],
  ])('%s: provably not received', async (_name, originOf) => {
    const destination = await open(subject, await originOf());
    const result = await attempt(subject, destination);
    expect(result).toEqual({
      outcome: { kind: 'retry', reason: 'unreachable' },
      detail: expect.stringMatching(/\w/),
    });
  });

  test('an attempt whose time is already up sends nothing', async () => {
    const { server, destination } = await facing(subject);
    const result = await attempt(subject, destination, sendContext({ signal: AbortSignal.abort() }));
    expect(result).toEqual({ outcome: { kind: 'retry', reason: 'unreachable' }, detail: 'not sent in time' });
    await attempt(subject, destination);
    expect(server.received).toHaveLength(1);
  });

  test('what still waits for a connection when its time is up is never written', async () => {
    const gate = Promise.withResolvers<void>();
    const server = scope.use(await FaultyServer.start({ until: gate.promise, reply: taken }));
    const destination = await open(subject, server.origin, { concurrency: 1 });
    const first = attempt(subject, destination);
    await server.receivedAtLeast(1);
    const second = await attempt(subject, destination, briefly());
    expect(second.outcome).toEqual({ kind: 'retry', reason: 'unreachable' });
    expect(second.writtenMs).toBeUndefined();
    gate.resolve();
    expect((await first).outcome).toEqual({ kind: 'delivered' });
    await attempt(subject, destination);
    expect(server.received).toHaveLength(2);
  });

  test('no secret is told, even if the far end repeats it', async () => {
    const echo = `${subject.secrets.join(' ')} ${'x'.repeat(250)} ${subject.secrets[0]}`;
    const server = scope.use(await FaultyServer.start({ status: 400, body: echo }));
    const redact = createRedactor(subject.secrets);
    const destination = await openSubject(subject.config(server.origin), subject.type, redact);
    scope.defer(() => destination.close());
    const result = await attempt(subject, destination);
    expect(result.detail).toContain('<redacted>');
    expect(JSON.stringify(result)).not.toContain(subject.secrets[0]?.slice(0, 12));
  });

  test('close leaves no connection and no timer', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const server = scope.use(await FaultyServer.start(taken));
    const before = timers();
    const destination = await openSubject(subject.config(server.origin), subject.type);
    await attempt(subject, destination, sendContext({ signal: new AbortController().signal }));
    await destination.close();
    await server.deserted();
    expect(timers()).toBe(before);
    await destination.close();
  });
});
