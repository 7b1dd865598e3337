/** Questions to other machines: each once, at a pace, and none after "too fast". By a clock of the test. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { Inquiry } from '../../src/http/inquiry.ts';
import { Paces } from '../../src/http/paces.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { DIRECT } from '../../src/platform/way.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FaultyServer } from '../support/faulty-server.ts';

describe('pace', () => {
  test('even, and each key has its own', async () => {
    const clock = new FakeClock();
    const paces = new Paces(clock);
    const never = new AbortController().signal;
    const times: number[] = [];
    const ask = async (key: string) => {
      await paces.turn({ key, perSecond: 20 }, never);
      times.push(clock.truthMs);
    };
    const all = [ask('bot'), ask('bot'), ask('bot'), ask('other')];
    await clock.advance(1000);
    await Promise.all(all);
    expect(times).toEqual([0, 0, 50, 100]);
  });

  test('nobody has a turn after a pause was asked for, or once it is stopped', async () => {
    const clock = new FakeClock();
    const paces = new Paces(clock);
    const stop = new AbortController();
    const pace = { key: 'bot', perSecond: 1 };
    expect(await paces.turn(pace, stop.signal)).toBe(true);
    const second = paces.turn(pace, stop.signal);
    paces.hold(pace);
    await clock.advance(1000);
    expect(await second).toBe(false);
    const other = { key: 'other', perSecond: 1 };
    expect(await paces.turn(other, stop.signal)).toBe(true);
    const waiting = paces.turn(other, stop.signal);
    stop.abort();
    expect(await waiting).toBe(false);
    expect(clock.pending).toBe(0);
  });
});

test('the same question is asked once, with what differs it is another; the clock of the answer is read', async () => {
  const date = new Date(Math.floor(systemClock.wallMs() / 1000) * 1000 - 60_000).toUTCString();
  await using server = await FaultyServer.start({ status: 200, headers: { date }, body: '{}' });
  const inquiry = new Inquiry({ clock: systemClock, signal: new AbortController().signal, version: '1.2.3' });
  onTestFinished(() => inquiry[Symbol.asyncDispose]());
  const pace = { key: 'bot', perSecond: 1000 };
  const question = { origin: server.origin, way: DIRECT, path: '/a', pace };
  await Promise.all([
    inquiry.get(question),
    inquiry.get({ ...question }),
    inquiry.get({ ...question, headers: { authorization: 'Bot x' } }),
    inquiry.get({ ...question, path: '/b' }),
  ]);
  expect(server.received.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
    'GET /a',
    'GET /a',
    'GET /b',
  ]);
  expect(server.received.map(({ body }) => body)).toEqual(['', '', '']);
  expect(server.received[0]?.headers).toMatchObject({ 'user-agent': 'listing-bridge/1.2.3' });
  expect(server.received[0]?.headers).not.toHaveProperty('content-length');
  const [[host, aheadMs = 0] = []] = inquiry.clocks;
  expect(host).toBe(new URL(server.origin).host);
  expect(Math.abs(aheadMs - 60_000)).toBeLessThan(30_000);
});

test('many questions leave no warning behind', async () => {
  const warnings: string[] = [];
  const note = ({ message }: Error) => void warnings.push(message);
  process.on('warning', note);
  onTestFinished(() => void process.off('warning', note));
  await using server = await FaultyServer.start({ status: 200, body: '{}' });
  const inquiry = new Inquiry({ clock: systemClock, signal: new AbortController().signal, version: '1' });
  onTestFinished(() => inquiry[Symbol.asyncDispose]());
  const pace = { key: 'bot', perSecond: 1000 };
  await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      inquiry.get({ origin: server.origin, way: DIRECT, path: `/${index}`, pace }),
    ),
  );
  expect(server.received).toHaveLength(40);
  expect(warnings).toEqual([]);
});
