/** How many of the last announcements in the store would go elsewhere by the config that is checked. No error: it may be meant. */
import { existsSync } from 'node:fs';
import type { Config } from '../config/schema.ts';
import { compileConfig } from '../daemon/ready-config.ts';
import type { RoutingEffect } from '../events/process-event.ts';
import { type RouteTaken, routesTaken } from '../outbox/routes-taken.ts';
import { goesBy, LOOKED_AT, RoutingDiff } from '../routing-diff.ts';

/** Than they went. `undefined`: there is no announcement, or the store cannot be read. */
export function routesEffect(config: Config): RoutingEffect | undefined {
  const known = stored(config.store.path);
  if (known.length === 0) return undefined;
  const { router, destinations } = compileConfig(config);
  const goes = goesBy(router, destinations);
  const diff = new RoutingDiff();
  for (const { announcement, destinations: went } of known) {
    const now = goes(announcement);
    if (now !== undefined) diff.look(announcement, went, now);
  }
  return diff.effect;
}

function stored(path: string): readonly RouteTaken[] {
  try {
    return existsSync(path) ? routesTaken(path, LOOKED_AT) : [];
  } catch {
    // Another command says better why it cannot be read.
    return [];
  }
}
