/**
 * Target 8: a receiver that is 50 ms away, over TLS. An announcement must never pay for a connect or a handshake,
 * also when the receiver closes connections that idle, as web servers do.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { DelayProxy } from '../meter/delay-proxy.ts';
import { type Answer, afterSilence, sampleOf, startGroup } from '../meter/group.ts';
import { bare, bridge, rehearsedBare, webhook } from '../meter/kinds.ts';
import { Receiver } from '../meter/receiver.ts';
import { ofRounds } from '../meter/sample.ts';
import { limitRow } from '../rows.ts';
import type { Scenario } from './scenario.ts';

const ROUND_TRIP_MS = 50;
/** Node's own default: https://nodejs.org/api/http.html#serverkeepalivetimeout */
const IDLE_CLOSE_MS = 5000;
const HALF_MS = ROUND_TRIP_MS / 2;
/** The limit of target 1. */
const LIKE_TARGET_1 = 1.5;

export const distance: Scenario = {
  name: 'distance',
  async run(meter, short) {
    const times = short
      ? { silenceMs: 3000, gaps: 1, gapMs: 1000, each: 1 }
      : { silenceMs: 60_000, gaps: 1, gapMs: 10_000, each: 12 };
    const tls = await throwAwayCertificate();
    using open = new Receiver({ tls });
    using closing = new Receiver({ tls, idleCloseMs: short ? 1000 : IDLE_CLOSE_MS });
    using wire = await DelayProxy.open(await open.listen(), ROUND_TRIP_MS);
    using closingWire = await DelayProxy.open(await closing.listen(), ROUND_TRIP_MS);

    const env = { NODE_EXTRA_CA_CERTS: 'ca.pem' };
    const prepare = (folder: string) => writeFileSync(join(folder, 'ca.pem'), tls.cert);
    const names = {
      near: 'rehearsed bare',
      bare: 'bare, far',
      ours: 'listing-bridge',
      closing: 'listing-bridge, idle closed',
    };
    const far = (name: string, { port }: DelayProxy) =>
      bridge({ name, env, prepare, destinations: [webhook('bot', `https://localhost:${port}/hook`)] });
    const kinds = [
      rehearsedBare(meter.sinkUrl),
      { ...bare(`https://localhost:${wire.port}`, env), name: names.bare, prepare },
      far(names.ours, wire),
      far(names.closing, closingWire),
    ];
    const group = await startGroup(meter, kinds, () => times.each);
    const receivers = new Map([
      [names.near, meter.receiver],
      [names.closing, closing],
    ]);
    const ask = (silenceMs: number) =>
      afterSilence(meter, group, silenceMs, ({ name }) => receivers.get(name) ?? open);
    const first = await ask(times.silenceMs);
    const all: Answer[] = [...first];
    for (let gap = 0; gap < times.gaps; gap++) all.push(...(await ask(times.gapMs)));
    await meter.stop(...group);

    const near = sampleOf(first, names.near).summary.p50;
    const limit = {
      figure: 'p50',
      limit: 1.2 * HALF_MS + LIKE_TARGET_1 * near,
      how: `p50; 1.2 × half a round trip + ${LIKE_TARGET_1} × rehearsed bare at no distance`,
    } as const;
    const compared = { name: 'bare, same wire', sample: sampleOf(first, names.bare) };
    const row = (name: string, what: string) =>
      limitRow({ target: 8, what, unit: 'ms' }, sampleOf(first, name), limit, compared);
    const waited = all.filter(
      ({ subject: { name }, ms }) =>
        [names.ours, names.closing].includes(name) && ms > HALF_MS + ROUND_TRIP_MS,
    ).length;
    return {
      rows: [
        row(
          names.ours,
          `first after ${times.silenceMs / 1000} s of silence, TLS, ${ROUND_TRIP_MS} ms round trip`,
        ),
        row(names.closing, 'the same, the receiver closes idle connections'),
        limitRow(
          { target: 8, what: 'announcements that waited for a connect, of all of these', unit: '' },
          ofRounds([waited]),
          { figure: 'max', limit: 0, how: 'count' },
        ),
      ],
    };
  },
};

async function throwAwayCertificate(): Promise<{ key: string; cert: string }> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  });
  return { key, cert };
}
