/** A file that is the config of another program: one sentence says so, instead of one for each of its keys. */
import type { Located } from './located.ts';
import type { Finding } from './problem.ts';

const PROGRAMS: readonly (readonly [program: string, keys: readonly string[]])[] = [
  ['Alertmanager', ['route', 'receivers', 'inhibit_rules']],
  ['Prometheus', ['scrape_configs']],
  ['Grafana', ['contactPoints', 'policies']],
  ['Kubernetes', ['apiVersion', 'kind']],
  ['Docker Compose', ['services']],
  ['GitHub Actions', ['jobs']],
  ['GitLab CI', ['stages']],
  ['Home Assistant', ['automation', 'homeassistant', 'action']],
  ['Gatus', ['endpoints']],
  ['Apprise', ['urls']],
  ['Vector', ['sinks', 'sources']],
  ['Freqtrade', ['stake_currency', 'exchange', 'pair_whitelist']],
  ['Ansible', ['hosts', 'tasks']],
];

/** One of these, and it is meant for the bridge. */
const OWN =
  /^(x-.*|feeds?|destinations?|rules?|templates?|groups?|include|defaults?|alerts?|extract|tables?|tests?)$/i;

/** `undefined`: it may well be one of the bridge. */
export function foreignFile(root: Located): Finding | undefined {
  const keys = [...root.children.keys()].map(String);
  if (keys.length === 0 || keys.some((key) => OWN.test(key))) return undefined;
  if (keys.every((key) => /^\d+[\s.:|]+[A-Za-z-]/.test(key)))
    return {
      path: [],
      message: 'the lines begin with their numbers, as a page or an editor shows them',
      hint: 'copy the file again, without them',
    };
  const found = PROGRAMS.find(([, marks]) => marks.some((mark) => keys.includes(mark)));
  const program = found === undefined ? '' : `; it looks like one of ${found[0]}`;
  return {
    path: [],
    message: `this is not a config of listing-bridge: it has no feeds, destinations or rules${program}`,
    hint: 'name another file with -c, or make a config with: listing-bridge init',
  };
}
