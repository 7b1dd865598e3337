/**
 * Alertmanager (https://prometheus.io/docs/alerting/latest/alertmanager/) as fast as it can be made: every alert is a
 * group of its own (`group_by: ['...']`), and a group waits for nothing. It reads no feed. So it is measured
 * behind a script that does, which is the whole way from the frame to the request, and by itself: then the meter
 * hands the alert to its API, over a connection that stays open.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { announcementFrame } from '../meter/frames.ts';
import { type Announce, pollFor } from '../meter/subject.ts';
import type { Presence } from './peer.ts';

/** Debian's name; its package is called the same. */
const COMMAND = 'prometheus-alertmanager';
const CONFIG = 'alertmanager.yml';
const ARGS = [
  `--config.file=${CONFIG}`,
  '--storage.path=data',
  '--web.listen-address=127.0.0.1:0',
  // Nobody to gossip with.
  '--cluster.listen-address=',
] as const;
const LISTENS = /msg="Listening on" address=127\.0\.0\.1:(\d+)/;
const CHAIN = fileURLToPath(new URL('../alertmanager-chain.mjs', import.meta.url));

export const BEHIND_SCRIPT = 'bare script → Alertmanager';

export function alertmanager(hookUrl: string, command = COMMAND): Presence {
  if (spawnSync(command, ['--version']).error !== undefined)
    return { missing: `Alertmanager is left out: there is no ${command} (apt-get install ${COMMAND})` };
  const files = { [CONFIG]: config(hookUrl) };
  return {
    kinds: [
      { name: BEHIND_SCRIPT, args: [CHAIN, command, ...ARGS], env: {}, files },
      { name: 'Alertmanager, from its API on', command, args: ARGS, env: {}, files, dial },
    ],
  };
}

async function dial(logged: () => string): Promise<Announce> {
  const port = Number((await pollFor(() => LISTENS.exec(logged())))[1]);
  const socket = connect(port, '127.0.0.1').setNoDelay(true).resume();
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  return (sequence) => {
    const request = alertOf(sequence);
    const atMs = performance.now();
    socket.write(request);
    return atMs;
  };
}

/** JSON is YAML. */
export function config(url: string): string {
  return JSON.stringify({
    route: { receiver: 'bot', group_by: ['...'], group_wait: '0s' },
    receivers: [{ name: 'bot', webhook_configs: [{ url, send_resolved: false }] }],
  });
}

function alertOf(sequence: number): Buffer {
  const frame = JSON.parse(announcementFrame(sequence).toString()) as Record<string, string>;
  const { ticker, publisher, title } = frame;
  const body = Buffer.from(JSON.stringify([{ labels: { alertname: 'listing', ticker, publisher, title } }]));
  const head = `POST /api/v2/alerts HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}
