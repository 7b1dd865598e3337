/** The programs of others, as far as it shows without them: their files, and the words where they are absent. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { alertmanager, config } from '../../bench/peers/alertmanager.ts';
import { flow, nodeRed } from '../../bench/peers/node-red.ts';
import { present } from '../../bench/peers/peer.ts';

const HOOK = 'http://127.0.0.1:1/hook';

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bench-peers-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const offline = () => {
  throw new Error('no network');
};

test('a peer that is absent is left out, with the way to have it', () => {
  const said: string[] = [];
  const folder = emptyFolder();
  const kinds = present(
    [alertmanager(HOOK, 'no-such-alertmanager'), nodeRed(HOOK, folder, offline)],
    (reason) => said.push(reason),
  );
  expect(kinds).toEqual([]);
  expect(said).toEqual([
    'Alertmanager is left out: there is no no-such-alertmanager (apt-get install prometheus-alertmanager)',
    `Node-RED is left out: 5.0.7 could not be installed into ${folder}: Error: no network`,
  ]);
});

test('one that is there is measured: behind a script and by itself', () => {
  // Any program that answers to `--version`.
  const presence = alertmanager(HOOK, process.execPath);
  expect(present([presence], () => undefined).map(({ name }) => name)).toEqual([
    'bare script → Alertmanager',
    'Alertmanager, from its API on',
  ]);
});

test('Node-RED is installed once for each version', () => {
  const folder = emptyFolder();
  const home = join(folder, 'node_modules/node-red');
  let installed = 0;
  const install = (version: string) => () => {
    installed++;
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'package.json'), JSON.stringify({ version }));
  };
  nodeRed(HOOK, folder, install('4.0.0'));
  nodeRed(HOOK, folder, install('5.0.7'));
  const [kind] = present([nodeRed(HOOK, folder, offline)], offline);
  expect(installed).toBe(2);
  expect(kind?.args[0]).toBe(`${home}/red.js`);
});

test('every wire of the flow leads to a node, from the feed to the request', () => {
  const nodes = flow(HOOK);
  const ids = nodes.map(({ id }) => id);
  const wired = nodes.flatMap(({ wires = [] }) => (wires as string[][]).flat());
  expect(wired).toEqual(['to request', 'request']);
  expect(wired.filter((id) => !ids.includes(id))).toEqual([]);
  expect(nodes.find(({ type }) => type === 'websocket in')).toMatchObject({ client: 'feed' });
  expect(nodes.at(-1)).toMatchObject({ type: 'http request', url: HOOK, persist: true });
});

test('Alertmanager groups nothing and waits for nothing', () => {
  expect(parse(config(HOOK))).toEqual({
    route: { receiver: 'bot', group_by: ['...'], group_wait: '0s' },
    receivers: [{ name: 'bot', webhook_configs: [{ url: HOOK, send_resolved: false }] }],
  });
});
