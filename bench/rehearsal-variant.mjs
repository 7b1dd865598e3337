/**
 * Preloaded into the program (`node --import`), changes how much it rehearses: `REHEARSAL=atStart,perRound,intervalMs`.
 * A knob for the bench and not for users, so it is made here: the constants are replaced as the file is loaded.
 */
import { registerHooks } from 'node:module';

const [atStart, perRound, intervalMs] = process.env.REHEARSAL.split(',').map(Number);
const CHANGES = { AT_START: atStart, PER_ROUND: perRound, INTERVAL_MS: intervalMs };

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!/\/rehearsal\/rehearsal\.[jt]s$/.test(url)) return loaded;
    let source = String(loaded.source);
    for (const [name, value] of Object.entries(CHANGES)) {
      const changed = source.replace(new RegExp(`const ${name} = [\\d_]+;`), `const ${name} = ${value};`);
      if (changed === source && !source.includes(`const ${name} = ${value};`))
        throw new Error(`bench: ${name} is no longer in ${url}`);
      source = changed;
    }
    return { ...loaded, source };
  },
});
