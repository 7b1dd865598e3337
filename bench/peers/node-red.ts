/**
 * Node-RED (https://nodered.org) with the flow that one draws for this: websocket in → function → http request, the
 * request with keep-alive. It is installed into a folder that git ignores, at one version.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Presence } from './peer.ts';

const VERSION = '5.0.7';
const FOLDER = fileURLToPath(new URL('../.peers', import.meta.url));

/** `install` puts it into the folder; throws when it cannot. */
export function nodeRed(hookUrl: string, folder = FOLDER, install = installInto): Presence {
  const home = `${folder}/node_modules/node-red`;
  try {
    if (versionIn(home) !== VERSION) install(folder);
  } catch (error) {
    return { missing: `Node-RED is left out: ${VERSION} could not be installed into ${folder}: ${error}` };
  }
  return {
    kinds: [
      {
        name: 'Node-RED',
        args: [`${home}/red.js`, '--userDir', '.', '--settings', 'settings.js'],
        env: {},
        files: {
          'settings.js': `module.exports = { flowFile: 'flows.json', uiHost: '127.0.0.1', uiPort: 0 };\n`,
          'flows.json': JSON.stringify(flow(hookUrl)),
        },
      },
    ],
  };
}

function versionIn(home: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(`${home}/package.json`, 'utf8')) as { version: string }).version;
  } catch {
    return undefined;
  }
}

function installInto(folder: string): void {
  mkdirSync(folder, { recursive: true });
  process.stderr.write(`npm installs Node-RED ${VERSION} into ${folder}\n`);
  const args = ['install', '--no-audit', '--no-fund', '--omit=optional', '--prefix', folder];
  execFileSync('npm', [...args, `node-red@${VERSION}`], { stdio: ['ignore', 'ignore', 'pipe'] });
}

const FUNCTION = `const message = JSON.parse(msg.payload);
if (message.type !== 'announcement') return;
return {
  headers: { 'content-type': 'application/json' },
  payload: JSON.stringify({ t: message.ticker, title: message.title }),
};`;

/** The nodes of the flow; the address and the key of the feed come from the environment. */
export function flow(url: string): readonly Record<string, unknown>[] {
  const key = { keyType: 'other', keyValue: 'X-API-Key', valueType: 'env', valueValue: 'FEED_KEY' };
  const placed = { z: 'tab' };
  return [
    { id: 'tab', type: 'tab', label: 'bench' },
    { id: 'feed', type: 'websocket-client', path: `\${FEED_URL}`, wholemsg: 'false', headers: [key] },
    { id: 'in', type: 'websocket in', ...placed, client: 'feed', wires: [['to request']] },
    { id: 'to request', type: 'function', ...placed, func: FUNCTION, outputs: 1, wires: [['request']] },
    { id: 'request', type: 'http request', ...placed, method: 'POST', url, persist: true, wires: [[]] },
  ];
}
