/** The `curl` lines of docs/api.md, as somebody would paste them, against a running bridge. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { Workplace } from '../support/program.ts';
import { CONFIG, startStandIns } from '../support/stand-ins.ts';

const TOKEN = 'a-token-for-the-tests';
const WITH_TOKEN = CONFIG.replace('server: { port: 0 }', `server: { port: 0, token: ${TOKEN} }`);
const DOCUMENT = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');
const LINES = [...DOCUMENT.matchAll(/^## (\w+) (\S+)$[\s\S]*?^```bash\n(curl .*)\n```$/gm)].map(
  ([, method = '', path = '', line = '']) => ({ method, path, line }),
);

/** In seconds: a stream has no end, and any other answer takes what a busy machine needs. */
const STREAM_S = 2;
const ANSWER_S = 30;

test('every endpoint has its line, and each line is answered', async () => {
  const headings = [...DOCUMENT.matchAll(/^## (?:GET|POST|DELETE) /gm)];
  expect(LINES).toHaveLength(headings.length);
  await using standIns = await startStandIns();
  using workplace = new Workplace(WITH_TOKEN);
  await using bridge = workplace.start(['run'], standIns.env);
  const { url } = await bridge.event('bridge.started');
  await bridge.event('feed.self_test_answered');
  const authorization = { authorization: `Bearer ${TOKEN}` };
  const news = { publisher: 'upbit', listingType: 'spot_listing', ticker: 'XYZ', title: 'XYZ KRW' };
  await fetch(`${String(url)}/api/announcements?real=true`, {
    ...{ method: 'POST', headers: authorization, body: JSON.stringify(news) },
  });
  await standIns.bot.waitFor(1);
  const idsOf = async (path: string, list: string): Promise<string> => {
    const body = JSON.parse(await (await fetch(`${String(url)}${path}`)).text()) as Record<string, unknown>;
    const [first] = body[list] as readonly { readonly id: string | number }[];
    return String(first?.id);
  };
  for (const { method, path, line } of LINES) {
    const id = path.startsWith('/api/mutes/')
      ? await idsOf('/api/mutes', 'mutes')
      : path.startsWith('/api/announcements')
        ? await idsOf('/api/announcements', 'announcements')
        : await idsOf('/api/deliveries', 'deliveries');
    const pasted = line.replace('/ID', `/${id}`);
    const measured = pasted.replace(
      'curl ',
      `curl -sS --max-time ${path === '/api/events' ? STREAM_S : ANSWER_S} -o /dev/null -w '%{http_code}' `,
    );
    const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', measured], {
      env: { PATH: process.env['PATH'] ?? '', URL: String(url), TOKEN },
    }).catch((error: { readonly stdout: string; readonly code: number }) => {
      // The stream was cut by us.
      if (error.code === 28) return { stdout: error.stdout };
      throw error;
    });
    // A delivered one is neither sent again nor cancelled.
    // This bridge is alone.
    const isAlone = path.startsWith('/api/cluster');
    const fine = /\/(?:retry|discard)$/.test(path) ? ['200', '409'] : [isAlone ? '404' : '200'];
    expect([method, path, fine.includes(stdout), stdout]).toEqual([method, path, true, stdout]);
  }
});
