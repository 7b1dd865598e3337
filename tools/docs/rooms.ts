/**
 * The rooms of the source, from the ground up: a room imports only from those before it in this list, types included.
 * `test/architecture.test.ts` holds every file to it, and the table of `docs/source.md` is made from it. A new folder
 * or file directly under `src/` gets its line here.
 */
export interface Room {
  /** A folder or a file directly under `src/`. */
  readonly path: string;
  /** One line for somebody who reads the source for the first time; Markdown, links from `docs/`. */
  readonly is: string;
}

export const ROOMS: readonly Room[] = [
  {
    path: 'platform',
    is: 'time, chance, secrets, durations, the log: the only place that asks the machine for any of them',
  },
  { path: 'announcement.ts', is: 'one item of news, and when two are the same' },
  { path: 'alert.ts', is: 'one message of the bridge about itself' },
  {
    path: 'remark.ts',
    is: 'one finding about a feed, a platform, a receiver or a table, from questions that change nothing there',
  },
  {
    path: 'matching',
    is: 'conditions on texts, numbers and flags, as people write them and as they are evaluated; pure',
  },
  {
    path: 'title',
    is: 'what the words of a title say: the markets that open or close, whether it edits or follows up earlier news; pure',
  },
  {
    path: 'http',
    is: 'outgoing HTTP: connections, one exchange, its result, spare sockets; knows no destination',
  },
  {
    path: 'simulator',
    is: 'the feed, Discord, Telegram and a bot on loopback: for `simulate`, `demo` and the tests; the daemon does not import it',
  },
  {
    path: 'feeds',
    is: 'where news comes from, one folder for each type: frames, refusals, proof of health, warnings',
  },
  {
    path: 'delivery',
    is: 'lanes, rate budgets, retries, suspension; declares what it needs of the store and of a destination, and knows no platform',
  },
  { path: 'dedupe.ts', is: 'which announcements have been read before' },
  { path: 'routing', is: 'rules: which destinations get an announcement; pure' },
  {
    path: 'mutes',
    is: 'what a person has muted for a while: how it is named, and which deliveries it holds back; pure',
  },
  { path: 'templates', is: 'the template engine, what a template may name, and how it is checked at load' },
  {
    path: 'outbox',
    is: 'the store and everything that can happen to its file; `queries.ts` is for the command line, `history/` keeps figures of the past',
  },
  {
    path: 'tables',
    is: 'named sets and maps: read from the config, files and addresses, packed for the look-up, refreshed on a thread of their own',
  },
  { path: 'destinations', is: 'one folder for each type, and what they share' },
  {
    path: 'cooldown',
    is: 'what a rule has sent where, and for how long it sends the same there no more; pure',
  },
  { path: 'intake.ts', is: 'new or known, by which rules, written down, handed to the lanes' },
  {
    path: 'lane-set.ts',
    is: 'the lanes of the config in force, one for each destination; a reload changes them in place',
  },
  {
    path: 'events',
    is: 'everything that happens, as values on one bus; log, metrics, status and alerts listen',
  },
  {
    path: 'pipeline.ts',
    is: 'intake, journal, budgets and lanes, built in that order: for the daemon, the rehearsal and the tests',
  },
  {
    path: 'cluster',
    is: 'several bridges as one: who sends where, and what the others have to know; what they share is `shared.ts`, `postgres/` keeps it',
  },
  {
    path: 'conditions',
    is: 'everything that can be wrong, by code: the words (`of-*.ts`, `registry.ts`), and how it is seen (`from-state.ts`, `from-events.ts`); log, status, metrics and alerts read it',
  },
  {
    path: 'routing-diff.ts',
    is: 'which of the last announcements would go elsewhere, for `check`, `reload` and the log; pure',
  },
  {
    path: 'dry-run.ts',
    is: 'what one announcement would lead to, and why: rules, deliveries, requests, what is withheld; pure',
  },
  {
    path: 'then-and-now.ts',
    is: 'a stored announcement by the rules that decided it and by those of today; pure',
  },
  {
    path: 'replay',
    is: 'stored announcements by the rules of today once more, and which of that may be sent: nothing twice, nothing old; pure',
  },
  {
    path: 'rule-tests',
    is: '`tests:` of a config: what a test says, and whether it holds; pure',
  },
  {
    path: 'rehearsal',
    is: 'the same way a second time with nothing at its end, to keep it compiled; `explain --timing`',
  },
  {
    path: 'alerts',
    is: 'conditions that are reported to people: worth reporting (`tracker.ts`) → batches and messages (`batch.ts`, `message.ts`)',
  },
  { path: 'ops', is: 'for those who run it: log, metrics, status' },
  {
    path: 'web',
    is: 'everything that is served over HTTP: who may do what (`guard/`), the API (`api/`), the page (`page/`)',
  },
  {
    path: 'inquiry',
    is: 'everything that a config needs of others, asked at once without posting: whether it can be reached and is permitted; `check --online`',
  },
  {
    path: 'config',
    is: 'the file: YAML with places → variables → schema → problems for people; the options of a part stand with the part',
  },
  { path: 'daemon', is: 'puts the parts together and takes them down; reload' },
  {
    path: 'cli',
    is: 'one file for each command; the process: arguments, signals, exit codes (`process.ts`)',
  },
  { path: 'main.ts', is: 'whether this Node can run it, in words that an old one understands' },
];

/** The place of a file (`delivery/lane.ts`) in the list; -1 = it has none. */
export const roomOf = (file: string): number => {
  const [first] = file.split('/');
  return ROOMS.findIndex(({ path }) => path === first);
};
