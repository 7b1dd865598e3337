/** Target 7: from making the process to a connected feed, from the second start on; with chats configured, whose libraries must not hold it up. */
import { bare, bridge, ENTRIES, webhook } from '../meter/kinds.ts';
import { pause } from '../meter/meter.ts';
import { ofRounds } from '../meter/sample.ts';
import { inTurn } from '../meter/turns.ts';
import { ratioRow } from '../rows.ts';
import type { Scenario } from './scenario.ts';

const BETWEEN_MS = 300;

export const start: Scenario = {
  name: 'start',
  async run(meter, short) {
    const times = short ? 2 : 11;
    const bot = webhook('bot', meter.hookUrl);
    const chats = [
      `alerts: { type: discord, webhookUrl: "${meter.sinkUrl}/api/webhooks/1000000000000000001/${'t'.repeat(68)}" }`,
      `group: { type: telegram, botToken: "1000000001:${'t'.repeat(35)}", chatId: 1, apiUrl: "${meter.sinkUrl}" }`,
    ];
    const kinds = [
      bare(meter.sinkUrl),
      bridge({ name: 'start: feed connected, one webhook', destinations: [bot] }),
      bridge({ name: 'start: the same with Discord and Telegram', destinations: [bot, ...chats] }),
      bridge({ name: 'start: from a checkout (src/main.ts)', destinations: [bot], entry: ENTRIES.src }),
    ];
    const took = new Map(kinds.map(({ name }) => [name, [] as number[]]));
    for (let time = 0; time <= times; time++)
      for (const kind of inTurn(kinds, time)) {
        const subject = await meter.start(kind);
        // The first of each finds nothing in any cache, and leaves its own compiled code when it is stopped.
        if (time > 0) took.get(kind.name)?.push(subject.connectedMs - subject.spawnedMs);
        else await subject.quit();
        await meter.stop(subject);
        await pause(BETWEEN_MS);
      }
    const [theirs, ...ours] = kinds.map(({ name }) => ({ name, sample: ofRounds(took.get(name) ?? []) }));
    if (theirs === undefined) throw new Error('nothing was measured');
    return {
      rows: ours.map(({ name, sample }) =>
        ratioRow({ target: 7, what: name, unit: 'ms' }, sample, theirs, { figure: 'p50', limit: 2 }),
      ),
    };
  },
};
