/** Loaded before the program (`node --import`): its ways appear as lines `{"msg":"way",…}` in its log, `{"msg":"round"}` at the end of each round of the rehearsal, and `{"msg":"quiet"}` now and then while it has nothing to do. */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { instrument } from './instrument.ts';
import { whileQuiet } from './quiet.ts';
import { Names, type Way, watchNode, watchWays } from './recorder.ts';

const SOURCE = new URL('../../src/', import.meta.url).href;
const PACKAGE = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//;
/** After the last announcement of a round. */
const ROUND_END = 'rehearsal/stage.ts Stage.clear';

const SINK = 'rehearsal/sink.ts';
/** In it: on a busy machine so short a life is one request, and every way would begin with a new client. */
const CLIENT_LIFE = /(?<=\nconst CLIENT_TTL_MS = )20;/;
const LONG_LIFE = '60_000;';

function withLongLife(code: string): string {
  if (!CLIENT_LIFE.test(code)) throw new Error(`${SINK}: the life of a client is not where it was`);
  return code.replace(CLIENT_LIFE, LONG_LIFE);
}

const names = new Names();
const tell = (line: object) => process.stderr.write(`${JSON.stringify(line)}\n`);
/** Of the first round, by their steps. */
const rehearsed = new Map<string, Way & { readonly times: number }>();
let isRoundOver = false;
let roundEnd = -1;

const __enter = (id: number) => {
  if (id === roundEnd) {
    isRoundOver = true;
    for (const way of rehearsed.values()) tell({ msg: 'way', ...way });
    rehearsed.clear();
    tell({ msg: 'round' });
  }
  names.enter(id);
};
Object.assign(globalThis, { __enter });
whileQuiet(() => tell({ msg: 'quiet' }));
watchNode();
watchWays((way) => {
  if (isRoundOver) return void tell({ msg: 'way', ...way });
  const key = way.steps.join();
  const { times } = rehearsed.get(key) ?? { times: 0 };
  rehearsed.set(key, { ...way, times: times + 1 });
});

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const { format } = loaded;
    if (!url.startsWith('file:') || !/^(?:module|commonjs)/.test(format ?? '')) return loaded;
    const isOurs = url.startsWith(SOURCE);
    const library = PACKAGE.exec(url)?.[1];
    if (!isOurs && library === undefined) return loaded;
    const path = fileURLToPath(url);
    const text =
      loaded.source == null
        ? readFileSync(path, 'utf8')
        : Buffer.from(loaded.source as Uint8Array).toString();
    const file = url.slice(SOURCE.length);
    const code = isOurs && file === SINK ? withLongLife(text) : text;
    const idOf = (name: string) => {
      const id = isOurs ? names.add(`${file} ${name}`, false) : names.add(library ?? '', true);
      if (`${file} ${name}` === ROUND_END) roundEnd = id;
      return id;
    };
    return { ...loaded, source: instrument(path, code, idOf) };
  },
});
