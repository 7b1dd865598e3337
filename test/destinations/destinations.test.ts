/**
 * Promises of every destination type, tested on each over real sockets. The meaning of each answer and fault is in
 * `outcomes.test.ts`.
 */
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { AttemptResult } from '../../src/delivery/outcome.ts';
import type { SendContext } from '../../src/delivery/sender.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createRedactor } from '../../src/platform/redactor.ts';
import { type Behaviour, FaultyServer } from '../support/faulty-server.ts';
import { TEST_MS } from '../support/limits.ts';
import { sendContext } from '../support/sending.ts';
import { everySubject, openSubject, type Subject } from './subjects.ts';

let scope = new AsyncDisposableStack();
afterEach(async () => {
  await scope.disposeAsync();
  scope = new AsyncDisposableStack();
});

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

describe.each(everySubject)('$type', (subject) => {
  const { taken } = subject;
  test('delivers with one request, and tells when it was written', async () => {
    const server = scope.use(await FaultyServer.start(taken));
    const destination = await open(subject, server.origin, { warm: false });
    const beforeMs = systemClock.monotonicMs();
    const result = await attempt(subject, destination);
    expect(result).toEqual({
      outcome: { kind: 'delivered' },
      status: taken.status,
      writtenMs: expect.any(Number),
      connected: true,
    });
    expect(result.writtenMs).toBeGreaterThanOrEqual(beforeMs);
    expect(result.writtenMs).toBeLessThanOrEqual(systemClock.monotonicMs());
    expect(server.received).toHaveLength(1);
    expect(server.last.method).toBe('POST');
  });

  test('regression: says once that it leaves, before the bytes do, and never when nothing leaves', async () => {
    const server = scope.use(await FaultyServer.start(taken));
    const destination = await open(subject, server.origin);
    const said: number[] = [];
    const leaving = () => void said.push(server.received.length);
    await attempt(subject, destination, sendContext({ leaving }));
    expect(said).toEqual([0]);
    await attempt(subject, destination, sendContext({ leaving, signal: AbortSignal.abort() }));
    await attempt(subject, destination, sendContext({ leaving, expiresAtMs: systemClock.monotonicMs() - 1 }));
    expect(said).toEqual([0]);
  });

  test('stays connected between sends', async () => {
    const server = scope.use(await FaultyServer.start(taken));
    const destination = await open(subject, server.origin, { warm: false });
    await attempt(subject, destination);
    // In the very turn in which an answer ends, undici still counts its socket as busy.
    await setImmediate();
    await attempt(subject, destination);
    expect(server.received).toHaveLength(2);
    expect(server.connections).toBe(1);
  });

  test.each([429, 503])('%i with Retry-After: waits as long as it is asked to', async (status) => {
    const inFiveMinutes = new Date(systemClock.wallMs() + 300_000).toUTCString();
    const { destination } = await facing(
      subject,
      subject.refusal(status, { 'retry-after': '7' }),
      subject.refusal(status, { 'retry-after': inFiveMinutes }),
      subject.refusal(status, { 'retry-after': 'soon' }),
    );
    const reason = status === 429 ? 'rate_limited' : 'server_error';
    const first = await attempt(subject, destination);
    expect(first.outcome).toMatchObject({ kind: 'retry', reason, afterMs: 7000 });
    const second = await attempt(subject, destination);
    expect(second.outcome).toMatchObject({ kind: 'retry', reason });
    const afterMs = second.outcome.kind === 'retry' ? (second.outcome.afterMs ?? 0) : 0;
    expect(afterMs).toBeGreaterThan(300_000 - TEST_MS);
    expect(afterMs).toBeLessThanOrEqual(300_000);
    const third = await attempt(subject, destination);
    expect(third.outcome).toMatchObject({ kind: 'retry', reason });
    // "Too fast" without a usable time is a pause of our own making; a fault is not.
    expect('isGuess' in third.outcome).toBe(status === 429);
  });

  test('an attempt whose time is already up sends nothing', async () => {
    const { server, destination } = await facing(subject);
    const result = await attempt(subject, destination, sendContext({ signal: AbortSignal.abort() }));
    expect(result).toMatchObject({
      outcome: { kind: 'retry', reason: 'unreachable' },
      detail: 'not sent in time',
    });
    expect(result).not.toHaveProperty('writtenMs');
    await attempt(subject, destination);
    expect(server.received).toHaveLength(1);
  });

  test('what still waits for a connection when its time is up is never written', async () => {
    const gate = Promise.withResolvers<void>();
    const server = scope.use(await FaultyServer.start({ until: gate.promise, reply: taken }));
    const destination = await open(subject, server.origin, { concurrency: 1 });
    const first = attempt(subject, destination);
    await server.receivedAtLeast(1);
    const deadline = new AbortController();
    const waiting = attempt(subject, destination, sendContext({ signal: deadline.signal }));
    for (let turn = 0; turn < 50; turn++) await setImmediate();
    deadline.abort();
    const second = await waiting;
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

  test('regression: nor half of one, where the answer is cut off by us or by the far end', async () => {
    const [secret = ''] = subject.secrets;
    const half = secret.slice(0, -4);
    const redact = createRedactor(subject.secrets);
    // The bound of what is read falls into the secret; and a connection that breaks there.
    const atTheBound = `${' '.repeat(64 * 1024 - half.length)}${secret}`;
    const server = scope.use(await FaultyServer.start({ status: 400, body: atTheBound }));
    server.script(
      { status: 400, body: atTheBound },
      { fault: 'truncate', reply: { status: 400, body: half } },
    );
    const destination = await openSubject(
      { ...subject.config(server.origin), warm: false },
      subject.type,
      redact,
    );
    scope.defer(() => destination.close());
    for (let n = 0; n < 2; n++)
      expect(JSON.stringify(await attempt(subject, destination))).not.toContain(secret.slice(0, 8));
    expect(server.received).toHaveLength(2);
  });

  test('close leaves no connection and no timer', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const server = scope.use(await FaultyServer.start(taken));
    const before = timers();
    const destination = await openSubject(subject.config(server.origin), subject.type);
    await attempt(subject, destination, sendContext({ signal: new AbortController().signal }));
    await destination.close();
    await server.deserted();
    // Not more than before: one that an earlier test left behind may have ended meanwhile.
    expect(timers()).toBeLessThanOrEqual(before);
    await destination.close();
  });
});
