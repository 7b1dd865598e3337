/**
 * Target 7: from making the process to a connected feed, from the second start on; with chats configured, whose
 * libraries must not hold it up. And how soon it is ready: an announcement that comes right behind the welcome takes
 * as long as one after a silence, against a script that is rehearsed before it connects.
 */
import { bare, bridge, ENTRIES, rehearsedBare, webhook } from '../meter/kinds.ts';
import { pause } from '../meter/meter.ts';
import { ofRounds } from '../meter/sample.ts';
import { inTurn } from '../meter/turns.ts';
import { ratioRow } from '../rows.ts';
import type { Scenario } from './scenario.ts';

const BETWEEN_MS = 300;
/** After the welcome. */
const READY_MS = 20;

export const start: Scenario = {
  name: 'start',
  async run(meter, short) {
    const times = short ? 2 : 20;
    const bot = webhook('bot', meter.hookUrl);
    const chats = [
      `alerts: { type: discord, webhookUrl: "${meter.sinkUrl}/api/webhooks/1000000000000000001/${'t'.repeat(68)}" }`,
      `group: { type: telegram, botToken: "1000000001:${'t'.repeat(35)}", chatId: 1, apiUrl: "${meter.sinkUrl}" }`,
    ];
    const scripts = [bare(meter.sinkUrl), rehearsedBare(meter.sinkUrl)] as const;
    const bridges = [
      bridge({ name: 'start: feed connected, one webhook', destinations: [bot] }),
      bridge({ name: 'start: the same with Discord and Telegram', destinations: [bot, ...chats] }),
      bridge({ name: 'start: from a checkout (src/main.ts)', destinations: [bot], entry: ENTRIES.src }),
    ] as const;
    const kinds = [...scripts, ...bridges];
    const took = new Map(
      kinds.map(({ name }) => [name, { connected: [] as number[], first: [] as number[] }]),
    );
    for (let time = 0; time <= times; time++)
      for (const kind of inTurn(kinds, time)) {
        const subject = await meter.start(kind);
        await meter.warmUp();
        await pause(subject.connectedMs + READY_MS - performance.now());
        const first = await meter.one(subject);
        // The first of each finds nothing in any cache, and leaves its own compiled code when it is stopped.
        if (time === 0) await subject.quit();
        else {
          took.get(kind.name)?.connected.push(subject.connectedMs - subject.spawnedMs);
          took.get(kind.name)?.first.push(first);
        }
        await meter.stop(subject);
        await pause(BETWEEN_MS);
      }
    const sampleOf = ({ name }: { readonly name: string }, figure: 'connected' | 'first') =>
      ofRounds(took.get(name)?.[figure] ?? []);
    const [plain, rehearsed] = scripts;
    const [installed] = bridges;
    const connected = { name: plain.name, sample: sampleOf(plain, 'connected') };
    return {
      rows: [
        ...bridges.map((kind) =>
          ratioRow(
            ...([
              { target: 7, what: kind.name, unit: 'ms' },
              sampleOf(kind, 'connected'),
              connected,
            ] as const),
            { figure: 'p50', limit: 2 },
          ),
        ),
        ratioRow(
          { target: 7, what: `an announcement ${READY_MS} ms after the welcome`, unit: 'ms' },
          sampleOf(installed, 'first'),
          { name: rehearsed.name, sample: sampleOf(rehearsed, 'first') },
          { figure: 'p50', limit: 1.5 },
        ),
      ],
    };
  },
};
