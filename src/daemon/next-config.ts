/**
 * The config that is about to take the place of the one in force: read, checked and made ready whole, in turns of the loop, so that
 * no announcement waits for ten thousand rules. Everything that can fail is here; nothing that runs is touched.
 */
import type { Config } from '../config/schema.ts';
import type { Clock } from '../platform/clock.ts';
import { messageOf } from '../platform/message-of.ts';
import { inTurns, loopTurns, type Steps, unlessStopped } from '../platform/steps.ts';
import type { TablesAhead } from '../tables/ahead.ts';
import { type Differences, differencesInSteps } from './difference.ts';
import { type Load, loadAhead } from './loading.ts';
import { type FilesRead, type ReadyConfig, readyInSteps, type SoundConfig } from './ready-config.ts';

export interface NextConfig {
  readonly ready: ReadyConfig;
  /** To the config in force. */
  readonly differences: Differences;
}

export interface Problems {
  readonly problems: readonly string[];
}

export interface NextDeps {
  readonly load: Load;
  readonly ahead: TablesAhead;
  readonly clock: Clock;
  readonly inForce: Config;
  readonly stop: AbortSignal;
  /** Every file that takes part, as soon as they are known. */
  readonly tried: (files: FilesRead) => void;
}

/** `undefined`: it has been stopped. */
export async function readNext(deps: NextDeps): Promise<NextConfig | Problems | undefined> {
  const { load, ahead, clock, inForce, stop, tried } = deps;
  try {
    const loaded = await loadAhead(load, ahead, stop);
    if (loaded === undefined) return undefined;
    const { files, patterns } = loaded;
    if (files !== undefined && patterns !== undefined) tried({ files, patterns });
    return 'problems' in loaded
      ? loaded
      : await inTurns(unlessStopped(nextInSteps(inForce, loaded), stop), loopTurns(clock));
  } catch (error) {
    return { problems: [messageOf(error)] };
  }
}

function* nextInSteps(inForce: Config, loaded: SoundConfig): Steps<NextConfig> {
  const ready = yield* readyInSteps(loaded);
  return { ready, differences: yield* differencesInSteps(inForce, ready.config) };
}
