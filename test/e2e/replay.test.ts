/** `replay --send` on the real program: once, over kill -9 of the command and of the bridge; nothing muted, old or doubtful. */
import { expect, test } from 'vitest';
import { Workplace } from '../support/program.ts';
import { startStandIns } from '../support/stand-ins.ts';

const TOKEN = 'a-token-for-the-tests';

/** `second`: the destination that a later config adds. */
const configOf = (rules: string) => `
feeds: [{ name: tokyo, url: "\${FEED_URL}", apiKey: "\${FEED_KEY}" }]
store: { path: ./bridge.db }
server: { port: 0, token: ${TOKEN} }
log: { format: json }
watch: false
destinations:
  first: { type: webhook, url: "\${BOT_URL}", secret: "\${BOT_SECRET}", body: { to: first, title: "{{ title }}" } }
  second: { type: webhook, url: "\${BOT_URL}", secret: "\${BOT_SECRET}", body: { to: second, title: "{{ title }}" } }
  doubtful: { type: webhook, url: "\${BOT_URL}", secret: "\${BOT_SECRET}", onAmbiguous: drop, timeout: 200ms, body: { to: doubtful, title: "{{ title }}" } }
  brief: { type: webhook, url: "\${BOT_URL}", secret: "\${BOT_SECRET}", maxAge: 1ms, body: { to: brief, title: "{{ title }}" } }
rules:
${rules}
`;

const BEFORE = configOf('  - { name: all, match: {}, send: [first] }');
const AFTER = configOf('  - { name: all, match: {}, send: [first, second, brief] }');

async function scene() {
  const standIns = await startStandIns();
  const workplace = new Workplace(BEFORE);
  const start = async () => {
    const bridge = workplace.start(['run'], standIns.env);
    await bridge.event('feed.live');
    return bridge;
  };
  const run = async (...args: string[]) => {
    await using command = workplace.start(args, standIns.env);
    const { code } = await command.finished;
    return { code, out: command.stdout, err: command.stderr };
  };
  const announce = (n: number) =>
    standIns.feed.announce({
      publisher: 'upbit',
      listingType: 'spot_listing',
      ticker: `T${n}`,
      title: `news ${n}`,
    });
  const received = (to: string) =>
    standIns.bot.received
      .filter(({ body }) => (body as { to: string }).to === to)
      .map(({ body }) => (body as { title: string }).title);
  const end = async () => {
    workplace[Symbol.dispose]();
    await standIns[Symbol.asyncDispose]();
  };
  return { ...standIns, workplace, start, run, announce, received, [Symbol.asyncDispose]: end };
}

const attempts = (msg: { readonly [key: string]: unknown }, destination: string) =>
  msg['msg'] === 'delivery.attempted' && msg['destination'] === destination;

test('a destination that is new gets what it has missed, once, marked as by hand; one that got it gets it only with --again', async () => {
  await using it = await scene();
  await using bridge = await it.start();
  it.announce(1);
  it.announce(2);
  await it.bot.waitFor(2);
  it.workplace.write('config.yaml', AFTER);
  bridge.kill('SIGHUP');
  await bridge.event('config.reloaded');

  const dry = await it.run('replay', '--since', '1h', '--json');
  expect(JSON.parse(dry.out).summary).toMatchObject({
    byDestination: { second: 2 },
    leftOut: { delivered: 2, max_age: 2 },
  });
  const sent = await it.run('replay', '--since', '1h', '--send');
  expect(sent).toMatchObject({ code: 0, err: '' });
  expect(sent.out).toContain('2 deliveries queued; the running bridge will send them within a second');
  await it.bot.waitFor(4);
  for (let n = 0; n < 2; n++)
    expect(JSON.parse((await it.run('replay', '--since', '1h', '--send', '--json')).out)).toMatchObject({
      queued: [],
    });
  expect(it.received('second').toSorted()).toEqual(['news 1', 'news 2']);
  expect(await bridge.log.waitFor((line) => attempts(line, 'second'))).toMatchObject({ byHand: true });
  const [one] = JSON.parse((await it.run('deliveries', '--destination', 'second', '--json')).out);
  expect(one.byHandMs).toBeGreaterThan(0);
  expect((await it.run('deliveries', 'show', one.delivery.id)).out).toMatch(/^by hand .*a replay/m);

  const again = await it.run(
    'replay',
    '--id',
    one.delivery.announcement.id,
    '--destination',
    'first',
    '--again',
    '--send',
  );
  expect(again).toMatchObject({ code: 1, err: expect.stringContaining('Add --yes') });
  const args = ['--destination', 'first', '--again', '--send', '--yes'];
  await it.run('replay', '--id', one.delivery.announcement.id, ...args);
  await it.bot.waitFor(5);
  expect(it.received('first')).toHaveLength(3);
  const ids = it.bot.received.map(({ headers }) => headers['webhook-id']);
  expect(new Set(ids).size).toBe(5);
  expect(it.received('brief')).toEqual([]);
});

test('queued while no bridge runs, and killed right after: the next one sends it once', async () => {
  await using it = await scene();
  {
    await using bridge = await it.start();
    for (let n = 0; n < 5; n++) it.announce(n);
    await it.bot.waitFor(5);
    bridge.kill('SIGTERM');
    await bridge.finished;
  }
  it.workplace.write('config.yaml', AFTER);
  const sent = await it.run('replay', '--since', '1h', '--send');
  expect(sent.out).toContain('5 deliveries queued; no bridge runs on this store');
  {
    await using bridge = await it.start();
    await bridge.log.waitFor((line) => attempts(line, 'second'));
    bridge.kill('SIGKILL');
    await bridge.finished;
  }
  await using _ = await it.start();
  const titles = () => new Set(it.received('second'));
  for (let n = 6; titles().size < 5 && n < 20; n++) await it.bot.waitFor(n);
  expect([...titles()].sort()).toEqual([0, 1, 2, 3, 4].map((n) => `news ${n}`));
  // At least once: what was in flight comes again under its own id.
  const ids = it.bot.received
    .filter(({ body }) => (body as { to: string }).to === 'second')
    .map(({ headers }) => headers['webhook-id']);
  expect(new Set(ids).size).toBe(5);
  expect(JSON.parse((await it.run('replay', '--since', '1h', '--send', '--json')).out).queued).toEqual([]);
});

test('killed at any moment, the command leaves nothing half; run again, nothing is doubled', async () => {
  await using it = await scene();
  const COUNT = 240;
  {
    await using bridge = await it.start();
    for (let n = 0; n < COUNT; n++) it.announce(n);
    await it.bot.waitFor(COUNT);
    bridge.kill('SIGTERM');
    await bridge.finished;
  }
  it.workplace.write('config.yaml', AFTER);
  const args = ['replay', '--since', '1h', '--limit', String(COUNT), '--send', '--destination', 'second'];
  // The list is printed right before the queueing.
  await using killed = it.workplace.start(args, it.env);
  for (let n = 0; n < 10_000 && killed.stdout === ''; n++) await new Promise(setImmediate);
  killed.kill('SIGKILL');
  await killed.finished;
  expect((await it.run(...args)).code).toBe(0);
  await using bridge = await it.start();
  await it.bot.waitFor(2 * COUNT);
  expect(JSON.parse((await it.run(...args, '--json')).out)).toMatchObject({
    queued: [],
    summary: { leftOut: { delivered: COUNT } },
  });
  expect(it.received('second').toSorted()).toEqual(
    Array.from({ length: COUNT }, (_, n) => `news ${n}`).toSorted(),
  );
  expect(bridge.pid).toBeDefined();
});

test('where an answer was lost, or a mute holds, nothing is sent again', async () => {
  await using it = await scene();
  it.workplace.write('config.yaml', configOf('  - { name: all, match: {}, send: [doubtful] }'));
  await using bridge = await it.start();
  // It takes the order, and does not answer.
  it.bot.faults.push({ delayMs: 60_000, accept: true });
  it.announce(1);
  await bridge.event('delivery.dead');
  await it.run('mute', 'second', '--for', '1h');
  it.workplace.write('config.yaml', configOf('  - { name: all, match: {}, send: [doubtful, second] }'));
  bridge.kill('SIGHUP');
  await bridge.event('config.reloaded');
  const { out } = await it.run('replay', '--since', '1h', '--send', '--json');
  expect(JSON.parse(out)).toMatchObject({
    queued: [],
    summary: { leftOut: { may_have_arrived: 1, muted: 1 } },
  });
});
