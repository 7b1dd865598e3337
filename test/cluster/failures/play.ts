/** A scene from its beginning to its end: things go wrong under steady news, again and again while there is any. */
import type { PostgresServer } from '../../support/postgres/server.ts';
import type { Counts } from './ledger.ts';
import type { Scene } from './scenes.ts';
import { Stage } from './stage.ts';

export interface Pace {
  readonly announcements: number;
  readonly perSecond: number;
}

/** For a chat that takes 5 in 2 s: more than it takes in one go. */
const BURST = 8;

/** It takes 30 a minute. */
const MOST_BURSTS = 3;

export interface Outcome {
  readonly counts: Counts;
  /** So often it happened. */
  readonly times: number;
  readonly logged: Readonly<Record<string, readonly string[]>>;
  readonly added: readonly string[];
}

export async function play(scene: Scene, server: PostgresServer, pace: Pace): Promise<Outcome> {
  await using stage = await Stage.open(server);
  await (scene.begin?.(stage) ?? stage.begin());
  let isOver = false;
  const news = stage.news(pace.announcements, pace.perSecond).finally(() => {
    isOver = true;
  });
  let times = 0;
  do {
    await stage.some();
    await stage.note();
    if (times < MOST_BURSTS) for (let n = 0; n < BURST; n++) stage.announce({ toChat: true });
    await scene.befall(stage);
    times++;
    await stage.some();
  } while (!isOver && !scene.happensOnce);
  await news;
  await stage.quiet();
  const logged = Object.fromEntries(
    Object.keys(scene.logged ?? {}).map((event) => {
      const counts = Object.entries(stage.logged(event)).filter(([, count]) => count > 0);
      return [event, counts.map(([node]) => node).sort()];
    }),
  );
  return { counts: stage.counts(), times, logged, added: stage.added };
}
