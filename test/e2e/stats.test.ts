/** `stats` and `/api/stats` of a real bridge: while it runs, after it was killed, and when it runs again. */
import { expect, test } from 'vitest';
import { Workplace } from '../support/program.ts';
import { CONFIG, type StandIns, startStandIns } from '../support/stand-ins.ts';

const announce = ({ feed }: StandIns, ticker: string) =>
  feed.announce({ publisher: 'upbit', listingType: 'spot_listing', ticker, title: `${ticker} is listed` });

const EXPECTED = {
  total: {
    news: { announcements: 2 },
    sent: { deliveries: 6, delivered: 5, dead: 1, pending: 0, attempts: 7, retries: 1 },
  },
  destinations: [
    { name: 'bot', sent: { delivered: 1, dead: 1, attempts: 3, retries: 1, successShare: 0.5 } },
    { name: 'chat', sent: { delivered: 2, took: { count: 2 }, dispatch: { count: 2 } } },
    { name: 'group', sent: { delivered: 2 } },
  ],
  missing: [],
  losses: [],
  off: [],
};

test('the same answer from the page, from the command beside a bridge, and from a store that nobody holds', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(CONFIG);
  await using bridge = workplace.start(['run'], standIns.env);
  const { url } = await bridge.event('bridge.started');
  await bridge.event('feed.self_test_answered');
  const served = async () => (await fetch(`${url}/api/stats?since=1h&by=feed`)).json();
  standIns.bot.faults.push({ status: 503 });
  announce(standIns, 'AAA');
  await expect.poll(served, { timeout: 20_000 }).toMatchObject({ total: { sent: { delivered: 3 } } });
  standIns.bot.faults.push({ status: 400 });
  announce(standIns, 'BBB');
  await expect
    .poll(served, { timeout: 20_000 })
    .toMatchObject({ total: { sent: { delivered: 5, dead: 1 } } });

  const stats = async () => {
    await using asked = workplace.start(['stats', '--json', '--since', '1h'], standIns.env);
    expect((await asked.finished).code).toBe(0);
    const { destinations, ...answer } = JSON.parse(asked.stdout);
    const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);
    return { ...answer, destinations: destinations.toSorted(byName) };
  };
  expect(await served()).toMatchObject({
    total: EXPECTED.total,
    groups: [{ name: 'one', news: { announcements: 2, network: { count: 2 } } }],
    series: [{ announcements: 2, delivered: 5, failed: 1 }],
  });
  expect(await stats()).toMatchObject(EXPECTED);

  bridge.kill('SIGKILL');
  await bridge.finished;
  expect(await stats()).toMatchObject(EXPECTED);
  await using text = workplace.start(['stats'], standIns.env);
  expect((await text.finished).code).toBe(0);
  expect(text.stdout).toMatch(/^bot +1 +50\.0% +1 +1 /m);

  await using again = workplace.start(['run'], standIns.env);
  await again.event('bridge.started');
  expect(await stats()).toMatchObject(EXPECTED);
});
