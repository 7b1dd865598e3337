/** Loads a config for a reload on a thread of its own; on that of the news, its pieces are put together in turns of the loop. */
import type { Environment } from '../config/environment.ts';
import { type LoadThread, takenOver } from '../config/load-thread.ts';
import type { Config } from '../config/schema.ts';
import { problemLines, type SomeProblems } from '../config/some-problems.ts';
import type { Clock } from '../platform/clock.ts';
import { inTurns, loopTurns, unlessStopped } from '../platform/steps.ts';
import { hasWishes } from '../tables/ahead.ts';
import type { Load } from './loading.ts';

export interface ThreadLoading {
  readonly thread: Pick<LoadThread, 'load'>;
  readonly file: string;
  readonly env: Environment;
  readonly clock: Clock;
  /** Sound, but probably not what was meant. */
  readonly warn: (config: Config, warnings: SomeProblems) => void;
}

const STOPPED = { problems: ['it was stopped'] };

export const loadingOn =
  ({ thread, file, env, clock, warn }: ThreadLoading): Load =>
  async (tables, stop) => {
    const answer = await thread.load({ file, env, tables: tables?.outlines });
    switch (answer.kind) {
      case 'refused':
        return { problems: [`${file} could not be loaded: ${answer.why}`] };
      case 'unsound': {
        const { unread, files, patterns, problems } = answer;
        return { unread, files, patterns, problems: problemLines(problems, file) };
      }
      case 'sound': {
        const { unread, files, patterns, digest, kept, warnings } = answer;
        // It is loaded again when these have been read.
        const taken = hasWishes(unread)
          ? undefined
          : await inTurns(unlessStopped(takenOver(answer, tables), stop), loopTurns(clock));
        if (taken === undefined) return { ...STOPPED, unread };
        warn(taken.config, warnings);
        return { ...taken, unread, files, patterns, digest, kept };
      }
      default:
        return answer satisfies never;
    }
  };
