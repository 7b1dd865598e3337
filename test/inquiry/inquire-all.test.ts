/** Everything at once: the answers in the order of the config, and an end to it whatever happens. */
import { expect, test } from 'vitest';
import type { PreparedDestination } from '../../src/destinations/prepared.ts';
import { feedOptions } from '../../src/feeds/index.ts';
import { UncoveredPublishers } from '../../src/feeds/uncovered-publishers.ts';
import { type Found, inquireAll } from '../../src/inquiry/inquire-all.ts';
import { bad, good, type Remark } from '../../src/remark.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { KEY } from '../support/stand-ins.ts';

const FEED = feedOptions.parse({ name: 'tokyo', apiKey: KEY });

/** Answers as it is given. */
const destination = (name: string, inquire: PreparedDestination['inquire']) =>
  ({ name, inquire }) as PreparedDestination;

function asked(destinations: readonly PreparedDestination[], stop = new AbortController()) {
  const clock = new FakeClock();
  const found = inquireAll(
    {
      ...{ feeds: [FEED], destinations, tables: new Map() },
      expectations: { keyExpiresWithinMs: 1000, coverage: new UncoveredPublishers([], []) },
    },
    {
      ...{ clock, random: () => 0.5, redact: (text: string) => text, version: '1', signal: stop.signal },
      known: () => [good('held.', 'live')],
      pauseMs: ({ name }) => (name === 'paused' ? 60_000 : 0),
    },
  );
  return { clock, found };
}

async function all(found: AsyncIterable<Found>): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const { kind, name, remarks } of found)
    lines.push(...remarks.map(({ mark, text }: Remark) => `${kind} ${name}: ${mark}, ${text}`));
  return lines;
}

test('one that is slow holds nobody up, and its line comes in its place', async () => {
  const order: string[] = [];
  const slow = Promise.withResolvers<void>();
  const { found } = asked([
    destination('slow', async () => {
      await slow.promise;
      return [good('yes.', 'ok')];
    }),
    destination('fast', async () => {
      order.push('fast');
      slow.resolve();
      return [bad('no.', 'gone')];
    }),
    destination('paused', async () => {
      throw new Error('nobody is to ask it');
    }),
  ]);
  expect(await all(found)).toEqual([
    'feed tokyo: good, held.',
    'destination slow: good, yes.',
    'destination fast: bad, would fail. no.',
    'destination paused: warning, not asked: the bridge has paused it for another 1m, as the platform requested.',
  ]);
  expect(order).toEqual(['fast']);
});

test('after five minutes it is over, for those that still wait for their turn', async () => {
  const pace = { key: 'bot', perSecond: 1 / 600 };
  const ask: PreparedDestination['inquire'] = async ({ inquiry }) => {
    const answer = await inquiry.reach('http://127.0.0.1:1', { tls: { insecure: false } }, pace);
    return [good(answer.kind, 'ok')];
  };
  const other: PreparedDestination['inquire'] = async ({ inquiry }) => {
    const answer = await inquiry.reach('http://127.0.0.1:2', { tls: { insecure: false } }, pace);
    return [good('why' in answer ? answer.why : answer.kind, 'ok')];
  };
  const { clock, found } = asked([destination('one', ask), destination('two', other)]);
  const lines = all(found);
  await expect.poll(() => clock.pending).toBeGreaterThan(1);
  await clock.advance(5 * 60_000);
  expect((await lines).slice(1)).toEqual([
    'destination one: good, unreachable',
    'destination two: good, stopped',
  ]);
  expect(clock.pending).toBe(0);
});

test('a fault of the program in one is thrown, and not as an unhandled rejection of another', async () => {
  const fault = () => Promise.reject(new Error('a bug'));
  const { found } = asked([destination('one', fault), destination('two', fault)]);
  await expect(all(found)).rejects.toThrow('a bug');
});
