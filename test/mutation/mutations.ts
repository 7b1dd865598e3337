/** All of them: at least one for each guarantee of `docs/reliability.md`. */
import { alone } from './list/alone.ts';
import { budgets } from './list/budgets.ts';
import { checks } from './list/checks.ts';
import { cluster } from './list/cluster.ts';
import { clusterMore } from './list/cluster-more.ts';
import { conditions } from './list/conditions.ts';
import { cooldowns } from './list/cooldowns.ts';
import { database } from './list/database.ts';
import { destinations } from './list/destinations.ts';
import { held } from './list/held.ts';
import { history } from './list/history.ts';
import { intake } from './list/intake.ts';
import { lanes } from './list/lanes.ts';
import { mutes } from './list/mutes.ts';
import { outbox } from './list/outbox.ts';
import { pipeline } from './list/pipeline.ts';
import { reloads } from './list/reloads.ts';
import { replay } from './list/replay.ts';
import { suspensions } from './list/suspensions.ts';
import { tables } from './list/tables.ts';
import { titles } from './list/titles.ts';
import { trouble } from './list/trouble.ts';
import { web } from './list/web.ts';
import type { Mutation } from './mutation.ts';

export const mutations: readonly Mutation[] = [
  ...intake,
  ...outbox,
  ...history,
  ...lanes,
  ...cooldowns,
  ...mutes,
  ...held,
  ...suspensions,
  ...tables,
  ...titles,
  ...trouble,
  ...budgets,
  ...conditions,
  ...destinations,
  ...checks,
  ...reloads,
  ...replay,
  ...pipeline,
  ...web,
  ...cluster,
  ...alone,
  ...clusterMore,
  ...database,
];
