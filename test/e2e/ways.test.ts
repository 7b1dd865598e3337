/** The ways out of a network that has only a proxy, and receivers whose certificates come from an authority of one's own. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { certificate } from '../support/awkward-feed.ts';
import { startConnectProxy } from '../support/connect-proxy.ts';
import { Workplace } from '../support/program.ts';
import { CONFIG, startStandIns } from '../support/stand-ins.ts';

const LISTING = { publisher: 'upbit', listingType: 'spot_listing', ticker: 'ABC', title: 'ABC is listed' };

/** `CONFIG`, with one more option for its feed and every destination. */
const withOption = (option: string) =>
  CONFIG.replaceAll(/^ {2}(?:- \{ name: one|chat: \{|group: \{|bot: \{)/gm, (start) =>
    start.endsWith('{') ? `${start} ${option},` : start.replace('{', `{ ${option},`),
  );

test('feed, chats and bot through a proxy with a login, and nothing beside it', async () => {
  await using standIns = await startStandIns();
  await using proxy = await startConnectProxy({ credentials: 'trader:p@ss word' });
  using workplace = new Workplace(withOption(`proxy: "\${MY_PROXY}"`));
  const env = { ...standIns.env, MY_PROXY: `http://trader:p%40ss%20word@127.0.0.1:${proxy.port}` };
  await using bridge = workplace.start(['run'], env);
  await bridge.event('feed.self_test_answered');
  standIns.feed.announce(LISTING);
  const isNews = ({ body }: { readonly body: unknown }) => (body as { test?: boolean }).test === false;
  await standIns.bot.waitFor(isNews);
  await standIns.discord.waitFor(1);
  await standIns.telegram.waitFor(1);
  const urls = [standIns.feed.url, standIns.bot.url, standIns.discord.url, standIns.telegram.url];
  const hosts = urls.map((url) => new URL(url).host);
  expect([...new Set(proxy.asked)].sort()).toEqual(hosts.sort());
  expect(proxy.others).toEqual([]);
  expect(bridge.stderr).not.toContain('p@ss');
  expect(bridge.stderr).not.toContain('p%40ss');
});

test('the proxy of the environment: for names that only it knows, not for this machine, not for NO_PROXY, not with `proxy: false`', async () => {
  await using standIns = await startStandIns();
  await using proxy = await startConnectProxy({ resolve: () => '127.0.0.1' });
  const { port } = new URL(standIns.bot.url);
  const others = `  far: { type: webhook, url: "http://far.test:${port}/signal", secret: "\${BOT_SECRET}" }
  out: { type: webhook, url: "http://out.test:${port}/signal" }
  own: { type: webhook, url: "http://own.test:${port}/signal", proxy: false }
`;
  using workplace = new Workplace(
    CONFIG.replace('rules:\n', `${others}rules:\n`).replace(
      'send: [chat, group, bot]',
      'send: [bot, far, out, own]',
    ),
  );
  const env = {
    ...standIns.env,
    http_proxy: `http://127.0.0.1:${proxy.port}`,
    NO_PROXY: '.test:1, out.test',
  };
  await using bridge = workplace.start(['run'], env);
  await bridge.event('feed.self_test_answered');
  standIns.feed.announce(LISTING);
  await standIns.bot.waitFor(2);
  const names = standIns.bot.received.map(({ headers }) => headers['host']);
  expect(names.sort()).toEqual([`127.0.0.1:${port}`, `far.test:${port}`]);
  expect(new Set(proxy.asked)).toEqual(new Set([`far.test:${port}`]));
  for (const name of ['out', 'own'])
    await bridge.log.waitFor((line) => line['destination'] === name && line['reason'] === 'unreachable');
});

test('a proxy that refuses: the words name it, the delivery waits', async () => {
  await using standIns = await startStandIns();
  await using proxy = await startConnectProxy({ answer: 'HTTP/1.1 403 Blocked by policy\r\n\r\n' });
  const proxied = CONFIG.replace('bot: {', `bot: { proxy: "http://127.0.0.1:${proxy.port}",`);
  using workplace = new Workplace(proxied);
  await using sent = workplace.start(['send', 'bot'], standIns.env);
  expect((await sent.finished).code).toBe(1);
  const { port } = new URL(standIns.bot.url);
  expect(sent.stdout.replaceAll(/\s+/g, ' ')).toContain(
    `not delivered. The proxy 127.0.0.1:${proxy.port} refuses to connect to 127.0.0.1:${port} (403 Blocked by policy): permit the address there, or go around the proxy: \`proxy: false\`, or the host in the variable NO_PROXY. [unreachable`,
  );
});

test('`tls.ca` of a destination: trusted with it, refused without, and a changed file is taken up', async () => {
  await using standIns = await startStandIns();
  const made = await certificate();
  const got: string[] = [];
  const server = createServer(made, (request, response) => {
    got.push(request.url ?? '');
    request.resume().on('end', () => response.end('ok'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = `${CONFIG}`.replace(
    'rules:\n',
    `  strict: { type: webhook, url: "${url}/strict" }
  vouched: { type: webhook, url: "${url}/vouched", tls: { ca: ca.pem } }
  careless: { type: webhook, url: "${url}/careless", tls: { insecure: true } }
rules:\n`,
  );
  using workplace = new Workplace(
    config.replace('send: [chat, group, bot]', 'send: [strict, vouched, careless]'),
  );
  workplace.write('ca.pem', 'nothing of use\n');
  await using bad = workplace.start(['check'], standIns.env);
  expect((await bad.finished).code).toBe(1);
  expect(`${bad.stdout}${bad.stderr}`).toContain(
    `/ca.pem has no certificate in it: it must be a PEM file, with -----BEGIN CERTIFICATE-----`,
  );
  // Of somebody else.
  workplace.write('ca.pem', (await certificate()).cert);
  await using bridge = workplace.start(['run'], standIns.env);
  await bridge.event('feed.self_test_answered');
  standIns.feed.announce(LISTING);
  for (const destination of ['strict', 'vouched'])
    await bridge.log.waitFor(
      (line) =>
        line['destination'] === destination && String(line['advice']).includes('not from an authority'),
    );
  await bridge.log.waitFor((line) => line['destination'] === 'careless' && line['outcome'] === 'delivered');
  expect(got).toEqual(['/careless']);

  workplace.write('ca.pem', made.cert);
  bridge.kill('SIGHUP');
  await bridge.event('config.reloaded');
  await bridge.log.waitFor((line) => line['destination'] === 'vouched' && line['outcome'] === 'delivered');
  expect(got).toEqual(['/careless', '/vouched']);
});
