/**
 * The faults of the feed, by name, for `simulate --fault`. A fault arranges itself on a server and stays until the
 * stage's signal aborts; several can be on at once. Where the bridge has a word for the problem
 * (docs/troubleshooting.md), the fault has the same name.
 */
import { wait } from '../platform/clock.ts';
import { every, type Fault, type FaultStage, until } from './fault.ts';
import { CLOSING_FAULTS, REFUSING_FAULTS } from './faults-of-ending.ts';
import { FORM_FAULTS, WORD_FAULTS } from './faults-of-frames.ts';
import { redact } from './feed-frames.ts';
import type { FeedServer } from './feed-server.ts';
import { GARBAGE } from './garbage.ts';
import { CURATED_TITLES } from './titles.ts';

/** Often enough to watch, rare enough that the 5 s cooldown and 10 connections a minute let a good client back in. */
export const FAULT_EVERY_MS = 20_000;

const HANDSHAKE_DELAY_MS = 3000;
const WELCOME_DELAY_MS = 5000;
const BURST_SIZE = 50;
/** The service's own words for its cooldown (docs/feed-protocol.md). */
const COOLDOWN_S = 5;

export const FAULTS: readonly Fault[] = [
  {
    name: 'drop',
    description: 'cuts every connection again and again',
    apply: (stage) =>
      every(stage, () => {
        stage.server.terminateAll();
        return 'cut every connection';
      }),
  },
  {
    name: 'silence',
    description: 'keeps the connection open and says nothing more, until the client reconnects',
    apply: silence,
  },
  {
    name: 'garbage',
    description: 'sends broken, huge and unknown frames between the real ones',
    apply: (stage) => {
      let next = 0;
      every(stage, () => {
        const garbage = GARBAGE[next++ % GARBAGE.length];
        if (!garbage) return undefined;
        stage.server.sendRaw(garbage.payload);
        return `sent garbage: ${garbage.name}`;
      });
    },
  },
  {
    name: 'slow',
    description: `answers the handshake after ${HANDSHAKE_DELAY_MS / 1000} s and welcomes ${WELCOME_DELAY_MS / 1000} s later`,
    apply: ({ server }) => {
      server.behaviour.handshakeDelayMs = HANDSHAKE_DELAY_MS;
      server.behaviour.welcomeDelayMs = WELCOME_DELAY_MS;
    },
  },
  {
    name: 'expire',
    description: 'ends the key: close 1000 key_expired, then 403',
    apply: (stage) =>
      every(stage, () => {
        if (stage.server.clients.length === 0) return undefined;
        stage.server.revokeKeys('key_expired');
        return 'ended the keys in use: key_expired';
      }),
  },
  {
    name: 'refuse',
    description: 'cuts the connection and refuses the next two handshakes with 429 connection_cooldown',
    apply: (stage) => {
      refuseTwice(stage.server);
      every(stage, () => {
        if (stage.server.clients.length === 0) return undefined;
        refuseTwice(stage.server);
        stage.server.terminateAll();
        return 'cut every connection; the next two handshakes get 429';
      });
    },
  },
  {
    name: 'redacted',
    description: 'hides titles and tickers, as for a free key',
    apply: ({ server, signal }) =>
      until(
        signal,
        server.rewrite((frame) => [redact(frame)]),
      ),
  },
  {
    name: 'duplicate',
    description: 'sends every announcement twice',
    apply: ({ server, signal }) =>
      until(
        signal,
        server.rewrite((frame) => [frame, frame]),
      ),
  },
  {
    name: 'nowelcome',
    description: 'connects and never sends the welcome',
    apply: ({ server }) => {
      server.behaviour.sendsWelcome = false;
    },
  },
  {
    name: 'burst',
    description: `announces ${BURST_SIZE} at once, again and again`,
    apply: (stage) => {
      let round = 0;
      every(stage, () => {
        round += 1;
        for (const title of CURATED_TITLES.slice(0, BURST_SIZE))
          stage.server.announce({ ...title, title: `${title.title} [burst ${round}]` });
        return `announced ${BURST_SIZE} at once`;
      });
    },
  },
  ...REFUSING_FAULTS,
  ...CLOSING_FAULTS,
  ...FORM_FAULTS,
  ...WORD_FAULTS,
];

export function faultNamed(name: string): Fault | undefined {
  return FAULTS.find((fault) => fault.name === name);
}

function refuseTwice(server: FeedServer): void {
  for (let time = 0; time < 2; time += 1)
    server.refuseNext(429, { error: 'connection_cooldown', retry_after_s: COOLDOWN_S });
}

/** Mute a while after each connect: announcements are lost too, as on a half-dead connection. */
function silence(stage: FaultStage): void {
  const { server, clock, signal, everyMs, report } = stage;
  let mute = false;
  let turn = 0;
  until(
    signal,
    server.rewrite((frame) => (mute ? [] : [frame])),
  );
  const set = (on: boolean) => {
    mute = on;
    server.silence(on);
  };
  const start = async () => {
    turn += 1;
    const mine = turn;
    set(false);
    await wait(clock, everyMs, signal);
    if (signal.aborted || mine !== turn) return;
    set(true);
    report('went silent');
  };
  until(
    signal,
    server.handshakes.on(({ status }) => {
      if (status === 101) void start();
    }),
  );
}
