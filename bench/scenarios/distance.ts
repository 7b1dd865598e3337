/**
 * Target 8: a receiver that is 50 ms away, over TLS. An announcement must never pay for a connect or a handshake,
 * also when the receiver closes connections that idle, as web servers do.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { DelayProxy } from '../meter/delay-proxy.ts';
import { bare, bridge, webhook } from '../meter/kinds.ts';
import { Receiver } from '../meter/receiver.ts';
import { summaryOf } from '../meter/statistics.ts';
import type { Row } from '../results.ts';
import type { Scenario } from './scenario.ts';
import { afterSilence, startGroup } from './silence.ts';

const ROUND_TRIP_MS = 50;
/** Node's own default: https://nodejs.org/api/http.html#serverkeepalivetimeout */
const IDLE_CLOSE_MS = 5000;
const HALF_MS = ROUND_TRIP_MS / 2;

export const distance: Scenario = {
  name: 'distance',
  async run(meter, short) {
    const times = short
      ? { silenceMs: 3000, gaps: 1, gapMs: 1000, each: 1 }
      : { silenceMs: 60_000, gaps: 2, gapMs: 10_000, each: 5 };
    const tls = await throwAwayCertificate();
    using open = new Receiver({ tls });
    using closing = new Receiver({ tls, idleCloseMs: short ? 1000 : IDLE_CLOSE_MS });
    using wire = await DelayProxy.open(await open.listen(), ROUND_TRIP_MS);
    using closingWire = await DelayProxy.open(await closing.listen(), ROUND_TRIP_MS);

    const env = { NODE_EXTRA_CA_CERTS: 'ca.pem' };
    const prepare = (folder: string) => writeFileSync(join(folder, 'ca.pem'), tls.cert);
    const names = {
      near: 'bare',
      bare: 'bare, far',
      ours: 'listing-bridge',
      closing: 'listing-bridge, idle closed',
    };
    const far = (name: string, { port }: DelayProxy) =>
      bridge({ name, env, prepare, destinations: [webhook('bot', `https://localhost:${port}/hook`)] });
    const kinds = [
      bare(meter.sinkUrl),
      { ...bare(`https://localhost:${wire.port}`, env), name: names.bare, prepare },
      far(names.ours, wire),
      far(names.closing, closingWire),
    ];
    const group = await startGroup(meter, kinds, times.each);
    const receivers = new Map([
      [names.near, meter.receiver],
      [names.closing, closing],
    ]);
    const ask = (silenceMs: number) =>
      afterSilence(meter, group, silenceMs, ({ name }) => receivers.get(name) ?? open);
    const first = await ask(times.silenceMs);
    const all = new Map([...first].map(([name, latencies]) => [name, [...latencies]]));
    for (let gap = 0; gap < times.gaps; gap++)
      for (const [name, latencies] of await ask(times.gapMs)) all.get(name)?.push(...latencies);
    await meter.stop(...group);

    const of = (name: string) => first.get(name) ?? [];
    const limit = 1.2 * HALF_MS + 0.2 * summaryOf(of(names.near)).p50;
    const compared = { name: 'bare, same wire', summary: summaryOf(of(names.bare)) };
    const row = (name: string, what: string): Row => {
      const ours = summaryOf(of(name));
      const how = 'p50; 1.2 × half a round trip + 0.2 × bare at no distance';
      return { target: 8, what, unit: 'ms', ours, compared, verdict: { is: ours.p50, limit, how } };
    };
    const paid = (name: string) => (all.get(name) ?? []).filter((ms) => ms > HALF_MS + ROUND_TRIP_MS).length;
    const handshakes = [paid(names.ours) + paid(names.closing)];
    return {
      rows: [
        row(
          names.ours,
          `first after ${times.silenceMs / 1000} s of silence, TLS, ${ROUND_TRIP_MS} ms round trip`,
        ),
        row(names.closing, 'the same, the receiver closes idle connections'),
        {
          target: 8,
          what: 'announcements that waited for a connect, of all of these',
          unit: '',
          ours: summaryOf(handshakes),
          compared: undefined,
          verdict: { is: handshakes[0] ?? 0, limit: 0, how: 'count' },
        },
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
