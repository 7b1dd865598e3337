/**
 * Loads a config on a thread of its own, so that no announcement waits for a large file: read, parsed and checked there, it
 * comes over in pieces that cost a fraction of a turn each. This file is also the code of that thread.
 */
import { destinationTypes } from '../destinations/index.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { redactorInSteps, type SecretWords } from '../platform/redactor.ts';
import type { Redactor } from '../platform/secret.ts';
import type { Steps } from '../platform/steps.ts';
import { answerQuestions, Thread, taskOfThread } from '../platform/thread.ts';
import { isRecord } from '../platform/wire-values.ts';
import { type KeptRules, keptRules } from '../routing/kept-rules.ts';
import type { TableOutlines, TableWishes } from '../tables/ahead.ts';
import type { Environment } from './environment.ts';
import type { TableReaders } from './file-tables.ts';
import type { ConfigFile, ConfigPattern } from './files.ts';
import { loadConfig } from './load.ts';
import { configOfPieces, piecesOf } from './pieces.ts';
import type { Config } from './schema.ts';
import { type SomeProblems, someOf } from './some-problems.ts';
import { type HandedTable, readersOf, tablesOf, tablesOver } from './tables-over.ts';

/** Ten thousand rules take 300. */
const MOST_MEMORY_MB = 2048;

export interface LoadQuestion {
  readonly file: string;
  readonly env: Environment;
  /** Of the tables that have been read; absent: what tables need is read at once. */
  readonly tables: TableOutlines | undefined;
}

interface FilesOver {
  readonly files: readonly ConfigFile[];
  readonly patterns: readonly ConfigPattern[];
  readonly unread: TableWishes;
}

export interface SoundOver extends FilesOver {
  readonly kind: 'sound';
  readonly pieces: readonly ArrayBuffer[];
  readonly tables: readonly HandedTable[];
  readonly secretWords: SecretWords;
  readonly kept: KeptRules;
  readonly digest: string;
  readonly warnings: SomeProblems;
}

export type LoadAnswer =
  | SoundOver
  | (FilesOver & { readonly kind: 'unsound'; readonly problems: SomeProblems })
  | { readonly kind: 'refused'; readonly why: string };

const TASK = { loadsConfigs: true } as const;

export class LoadThread {
  readonly #thread: Thread<LoadQuestion, LoadAnswer>;

  constructor(clock: Clock) {
    this.#thread = new Thread<LoadQuestion, LoadAnswer>({
      module: import.meta.url,
      task: TASK,
      mostMemoryMb: MOST_MEMORY_MB,
      refused: (why) => ({ kind: 'refused', why }),
      clock,
    });
  }

  /** Never rejects. */
  load(question: LoadQuestion): Promise<LoadAnswer> {
    return this.#thread.ask(question);
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}

export interface TakenOver {
  readonly config: Config;
  readonly redact: Redactor;
}

/** `tables`: those whose outlines the thread had. */
export function* takenOver(answer: SoundOver, tables: TableReaders | undefined): Steps<TakenOver> {
  const written = yield* configOfPieces(answer.pieces);
  const redact = yield* redactorInSteps(answer.secretWords);
  const liveTables = tablesOf(answer.tables, tables, () => systemClock.wallMs());
  const tableOf: Config['tableOf'] = (name) => liveTables.get(name);
  return { config: { ...written, types: destinationTypes, liveTables, tableOf }, redact };
}

function answerOf({ file, env, tables: outlines }: LoadQuestion): LoadAnswer {
  const { readers, references } = readersOf(outlines);
  const loaded = loadConfig({ file, env, tables: readers });
  const { config, files, patterns, unread, digest, secretWords, more } = loaded;
  const over = { files, patterns, unread };
  if (config === undefined)
    return { ...over, kind: 'unsound', problems: someOf(loaded.problems, more.problems) };
  return {
    ...{ ...over, kind: 'sound', digest, secretWords, warnings: someOf(loaded.warnings, more.warnings) },
    pieces: piecesOf(config),
    tables: tablesOver(config.liveTables, references),
    kept: keptRules(config),
  };
}

/** The memory that is handed over. */
const memoryOf = (answer: LoadAnswer): readonly ArrayBuffer[] =>
  answer.kind === 'sound'
    ? [
        ...answer.pieces,
        ...answer.tables.flatMap(({ rows }) => (rows?.packed instanceof ArrayBuffer ? [rows.packed] : [])),
      ]
    : [];

const mine = taskOfThread();
if (isRecord(mine) && mine['loadsConfigs'] === true)
  answerQuestions((question: LoadQuestion) => Promise.resolve(answerOf(question)), memoryOf);
