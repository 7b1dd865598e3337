/**
 * The words of `--help` beyond options: examples, exit codes, where to read more. `tools/docs/commands-reference.ts`
 * makes docs/commands.md from them.
 */
import { fileURLToPath } from 'node:url';
import { type Command, Help } from 'commander';
import { type ExitCode, FINE, NOT_FINE, WRONG_USAGE } from './exit-codes.ts';
import { type CommandHelp, UNREADABLE_STORE, WITHOUT_CONFIG } from './help-entry.ts';
import { STORE_HELP } from './help-of-store.ts';
import { programName } from './program-name.ts';

/** By the command as it is typed; '' is the program itself. */
export const COMMAND_HELP: Readonly<Record<string, CommandHelp>> = {
  '': {
    examples: [
      ['demo', 'try everything: no key, no account'],
      ['init', 'write a config to start from'],
      ['check', 'find the mistakes in it'],
      ['run', 'start the bridge'],
    ],
    notes: ['Times are local, with their offset; in JSON they are UTC.'],
    fails: 'not fine: a bad config, an undelivered sample, a bridge that is not ready',
    pages: ['docs/README.md'],
  },
  run: {
    examples: [
      ['run', 'with ./config.yaml'],
      ['run -c /etc/listing-bridge/config.yaml', 'with another config'],
      ['run --alone', 'the database of the cluster is away, and no other bridge runs'],
    ],
    notes: [
      'On a stop, requests in flight get `shutdownTimeout` to end; pending deliveries are sent after the next start. SIGHUP reloads the config.',
      '`--alone` holds for this start. While another bridge of the cluster runs, everything is sent twice: look first. Started without it again, the bridge joins, and the cluster knows first what it has sent.',
    ],
    fails: 'the bridge cannot start: a bad config, a store or port that is in use',
    pages: ['docs/install.md', 'docs/operations.md'],
  },
  check: {
    examples: [
      ['check', 'list every problem and warning'],
      ['check --strict', 'for CI: a warning fails it too'],
      ['check --online', 'also whether everybody in it can be reached and permits it; posts nothing'],
      ['check --print-schema > schema.json', 'for completion in an editor'],
    ],
    notes: [
      'Also checks that the store can be written. Sends nothing.',
      '`--online` makes one connection for each feed, unless a bridge that runs here holds it, and only connects to webhooks: no request, since a bot may act on any.',
    ],
    fails: 'a problem (--strict: or a warning), no writable store, no access (--online)',
    pages: ['docs/configuration.md', 'docs/operations.md'],
  },
  explain: {
    examples: [
      ['explain --publisher upbit --ticker ABC --title "ABC KRW"', 'what its options say'],
      ['explain --file announcement.json', 'one with every field'],
      ['explain --ticker ABC --at 2026-11-27T03:12+09:00', 'at another moment, for rules with `when`'],
      ['explain --title "ABC KRW" --feed tokyo --age 30s', 'from this feed, and late'],
      ['explain --id 01kdvckfsts1mwkbfa', 'one that was read: the rules then, beside now'],
    ],
    notes: ['Sends nothing.'],
    fails: 'the config has a problem, or the announcement cannot be read',
    pages: ['docs/quickstart.md'],
  },
  test: {
    examples: [
      ['test', 'all tests of the config and of the files that it includes'],
      ['test -t "upbit"', 'only those with this in their name'],
      ['test --at "2026-11-25 09:30"', 'as if it were this time'],
      ['test --record 20 > tests/real.yaml', 'the last 20 announcements as tests that pass today'],
    ],
    notes: [
      'Sends nothing, opens no connection, and needs no secret: a variable that is not set has a stand-in.',
      '`check` runs the tests too; `run` and `reload` do not.',
      '--record reads the store, also while the bridge runs.',
    ],
    fails: 'a test fails, the config has a problem, or there is no test',
    pages: ['docs/testing.md'],
  },
  send: {
    arguments: { destinations: 'names of destinations in the config' },
    examples: [
      ['send team', 'one destination'],
      ['send --all', 'every destination'],
      ['send --rule "korean spot listings"', 'with the templates of a rule, wherever it sends'],
      ['send --as upbit/spot_listing', 'wherever the rules send such news, through their conditions'],
    ],
    notes: [
      'A webhook gets a real request: where its `body` is an order, so is the sample. A bot should refuse requests with the header `x-listing-bridge-sample`.',
      'With --as, the rules see real news; the message then says `test` and has SAMPLE in its title. Destinations that are named limit the choice.',
    ],
    fails: 'a sample was not delivered, or no rule matches',
    pages: ['docs/quickstart.md', 'docs/webhooks.md'],
  },
  inject: {
    examples: [
      ['inject --publisher upbit --ticker ABC --title "ABC KRW"', 'as a test: for rules with `test: true`'],
      ['inject --real --file announcement.json', 'as real news, for every rule'],
    ],
    notes: [
      'The bridge takes it as if a feed named `inject` had brought it. Needs `server.token`, as everything that changes something.',
      'An announcement that has a `detectedTimestampUs` is as old as it says, and `maxAge` counts from there.',
    ],
    fails: 'the bridge does not take it, or a delivery did not arrive',
    pages: ['docs/operations.md'],
  },
  ...STORE_HELP,
  mute: {
    arguments: {
      what: 'ticker:ABC, rule:<name> or destination:<name>; a bare name where it can mean only one of them; several at once; a group of destinations, or "*"',
    },
    examples: [
      ['mute ABC --for 1h --reason "a scam"', 'no announcement of this ticker, anywhere'],
      ['mute "rule:korean spot" --until 18:00', 'a rule that is too chatty'],
      ['mute bot --for 20m', 'a destination in maintenance'],
    ],
    notes: [
      'Deliveries that wait are held back too; requests on the wire finish. They end as skipped [muted] and are not sent later by themselves: `deliveries retry` sends them.',
      'A message about several tickers is held back only if all of them are muted. Alerts of the bridge about itself, and samples (`send`), are never held back.',
      'A second mute of the same extends the first, and never shortens it. Mutes survive restarts, and work while no bridge runs.',
      WITHOUT_CONFIG,
    ],
    fails: `a name is in no config, or ${UNREADABLE_STORE}`,
    pages: ['docs/operations.md'],
  },
  'mute list': {
    examples: [
      ['mute list', 'each with its end and its reason'],
      ['mute list --json', 'for a script'],
    ],
    fails: UNREADABLE_STORE,
    pages: ['docs/operations.md'],
  },
  'mute lift': {
    arguments: { what: 'ids as `mute list` shows them, or what is muted: ABC, ticker:ABC, rule:<name>' },
    examples: [
      ['mute lift 3', 'by its id'],
      ['mute lift ABC', 'by what is muted'],
      ['mute lift --all', 'every mute in force'],
    ],
    fails: `one of them is not muted, or ${UNREADABLE_STORE}`,
    pages: ['docs/operations.md'],
  },
  status: {
    examples: [
      ['status', 'of the bridge on this machine'],
      ['status --url http://10.0.0.5:8787', 'of another; the token is that of the config'],
    ],
    notes: [WITHOUT_CONFIG],
    fails: 'the bridge does not answer, or is not ready',
    pages: ['docs/operations.md', 'docs/troubleshooting.md'],
  },
  cluster: {
    examples: [['cluster', 'the nodes, and what each of them holds']],
    fails: 'the bridge does not answer, or is alone',
    pages: ['docs/cluster.md'],
  },
  'cluster status': {
    examples: [
      ['cluster status', 'the nodes, and what each of them holds'],
      ['cluster status --json', 'for a script'],
    ],
    fails: 'the bridge does not answer, is alone, or has no answer from the database',
    pages: ['docs/cluster.md'],
  },
  'cluster drain': {
    examples: [
      ['cluster drain', 'before this machine is stopped or upgraded'],
      ['cluster drain --undo', 'it takes its share again'],
    ],
    notes: ['It goes on reading its feeds, and other nodes send what it reads.'],
    fails: 'something is left with it: nobody else is there to take it',
    pages: ['docs/cluster.md'],
  },
  'cluster leave': {
    examples: [['cluster leave', 'for good; then stop the bridge']],
    notes: ['A bridge that is stopped leaves by itself.'],
    fails: 'the bridge does not answer, or is alone',
    pages: ['docs/cluster.md'],
  },
  reload: {
    examples: [['reload', 'after a change of config.yaml or .env']],
    notes: ['Needs `server.token`.', WITHOUT_CONFIG],
    fails: 'the new config was rejected, or the bridge does not answer',
    pages: ['docs/operations.md'],
  },
  simulate: {
    examples: [
      ['simulate', 'prints the lines to put under `feeds:`'],
      ['simulate --rate 60 --fault drop', 'a feed that loses its connection'],
    ],
    fails: 'the port is in use, or the file cannot be read',
    pages: ['docs/troubleshooting.md'],
  },
  demo: {
    examples: [
      ['demo', 'until Ctrl-C'],
      ['demo --for 20s', 'ends by itself'],
    ],
    fails: 'a delivery did not arrive, or arrived twice',
    pages: ['docs/quickstart.md'],
  },
  init: {
    examples: [
      ['init', 'asks, and writes config.yaml and .env'],
      [
        'init --yes --to discord,webhook',
        'asks nothing; DISCORD_WEBHOOK_URL and BOT_URL from the environment',
      ],
      [
        'init --yes --feed websocket --map title=data.title',
        'a source of your own; SOURCE_URL from the environment',
      ],
      ['init --minimal', 'the shortest config'],
      ['init --example', 'everything there is, commented; also without a terminal'],
    ],
    notes: [
      'Secrets are no options, because a shell remembers those. --yes reads CRYPTOLISTING_API_KEY, DISCORD_WEBHOOK_URL, DISCORD_BOT_TOKEN, DISCORD_CHANNEL_ID, DISCORD_API_URL, TELEGRAM_BOT_TOKEN, TELEGRAM_CHAT_ID, TELEGRAM_API_URL, SOURCE_URL, SOURCE_KEY, SOURCE_HELLO, BOT_URL, BOT_SECRET, PROGRAM_URL, PROGRAM_SECRET and ADMIN_TOKEN from the environment or .env, writes them into .env (mode 600), and makes the secrets and the token that are missing.',
    ],
    fails: 'nothing was written: a file exists, a value is wrong, or it was cancelled',
    pages: ['docs/quickstart.md', 'docs/configuration.md'],
  },
};

/** Where docs/commands.md has the command. */
const commandPage = (path: string): string =>
  `docs/commands.md${path === '' ? '' : `#${path.replace(' ', '-')}`}`;

/** The meaning of each exit code. */
export const exitCodes = ({
  fails,
}: CommandHelp): readonly (readonly [code: ExitCode, meaning: string])[] => [
  [FINE, 'fine'],
  [NOT_FINE, fails],
  [WRONG_USAGE, 'wrong usage'],
];

const WIDTH = 80;

/** The folder with `docs`, in a checkout, a package and the image alike. */
const HOME = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

/** Gives a command and those below it their examples and the rest. Throws for a command without an entry. */
export function addHelp(
  command: Command,
  env: Readonly<Record<string, string | undefined>>,
  path = '',
): void {
  const help = COMMAND_HELP[path];
  if (help === undefined) throw new Error(`no help for the command "${path}"`);
  for (const argument of command.registeredArguments)
    argument.description = help.arguments?.[argument.name()] ?? '';
  command.addHelpText('after', () => helpText(path, help, programName(env)));
  for (const inner of command.commands) addHelp(inner, env, `${path} ${inner.name()}`.trim());
}

function helpText(path: string, help: CommandHelp, program: string): string {
  const wrap = (text: string) => new Help().boxWrap(text, WIDTH);
  return [
    '',
    ...(help.notes ?? []).map((note) => `${wrap(note)}\n`),
    'Examples:',
    ...exampleLines(help.examples.map(([args, does]) => [`${program} ${args}`, does])),
    '',
    'Exit codes:',
    ...exitCodes(help).map(([code, meaning]) => `  ${code}  ${meaning}`),
    '',
    wrap(`Documentation: ${[commandPage(path), ...help.pages].join(', ')}`),
    `  in ${HOME}`,
  ].join('\n');
}

/** The effect stands behind each command as a comment, or above each where a line would be too long. */
function exampleLines(examples: readonly (readonly [line: string, does: string])[]): string[] {
  const cells = Math.max(...examples.map(([line]) => line.length));
  const behind = examples.map(([line, does]) => `  ${line.padEnd(cells)}  # ${does}`);
  return behind.every((line) => line.length <= WIDTH)
    ? behind
    : examples.flatMap(([line, does]) => [`  # ${does}`, `  ${line}`]);
}
