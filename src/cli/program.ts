/**
 * The commands and their flags. Each command is a function in its own file, loaded on demand, so that the daemon
 * does not start later for code that it never uses; this file only passes arguments.
 */
import { Command, CommanderError, Help, Option } from 'commander';
import { countArgument, durationArgument, portArgument } from './arguments.ts';
import { type ExitCode, FINE, NOT_FINE, ProblemList, UserError, WRONG_USAGE } from './exit-codes.ts';
import { addHelp } from './help.ts';
import { fenced, type Io } from './io.ts';
import { faultText } from './lines.ts';
import { addCluster } from './program-cluster.ts';
import { addDeliveries, type MakeCommand } from './program-deliveries.ts';
import { addMute } from './program-mute.ts';
import { addExport, addReplay } from './program-replay.ts';
import { addStats } from './program-stats.ts';

/** Runs one command line. Gives the exit code; throws only on a bug. */
export async function runProgram(args: readonly string[], outside: Io): Promise<number> {
  const io = fenced(outside);
  let exitCode: ExitCode = FINE;
  // The faults are for its help; everybody else does without the simulator.
  const faults = args.includes('simulate') ? (await import('./simulate.ts')).faultHelp() : '';
  const program = buildProgram(io, faults, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? FINE : WRONG_USAGE;
    if (error instanceof UserError) {
      io.warn(error instanceof ProblemList ? error.message : faultText(error.message, io.columns));
      return error.exitCode;
    }
    if (isForPeople(error)) {
      io.warn(faultText(`listing-bridge: ${error.message}`, io.columns));
      return NOT_FINE;
    }
    throw error;
  }
}

/** `StoreError` and `ServerError`, by their codes: their files are loaded only with the commands that throw them. */
const isForPeople = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && (error.code === 'STORE' || error.code === 'SERVER');

/** All commands, with `faults` in the help of `simulate`; `exit` gets the exit code of the one that runs. */
export function buildProgram(io: Io, faults: string, exit: (code: ExitCode) => void): Command {
  const program = new Command('listing-bridge')
    .description(
      'Sends exchange listing announcements from cryptolisting.ws to Discord, Telegram and webhooks.',
    )
    .version(io.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .showHelpAfterError('(--help lists commands and options)')
    .configureOutput({
      writeOut: (text) => io.print(text.trimEnd()),
      writeErr: (text) => io.warn(text.trimEnd()),
    })
    .configureHelp({ optionDescription })
    .exitOverride();
  const configOption = () =>
    new Option('-c, --config <file>', 'config file').env('LISTING_BRIDGE_CONFIG').default('config.yaml');
  const command: MakeCommand = (nameAndArguments, description, parent = program) =>
    parent.command(nameAndArguments).description(description).addOption(configOption());

  command('run', 'Start the bridge; Ctrl-C or SIGTERM stops it, SIGHUP reloads the config')
    .option(
      '--alone',
      'of a cluster: send everything, from its own store, without the database; only when no other bridge of the cluster runs',
      false,
    )
    .action(async (options) => {
      const { runCommand } = await import('./run.ts');
      exit(await runCommand(options, io));
    });

  command('check', 'Validate the config: every problem at once, with line and column')
    .option('--json', 'print JSON, for scripts', false)
    .option('--strict', 'treat warnings as problems (exit code 1)', false)
    .option(
      '--online',
      'also ask feeds, Discord, Telegram, hosts and tables whether they can be reached and permit it; posts nothing',
      false,
    )
    .option('--print-schema', 'print the JSON Schema of the config, for editors', false)
    .action(async (options) => {
      const { checkCommand } = await import('./check.ts');
      exit(await checkCommand(options, io));
    });

  withAnnouncement(
    command(
      'explain',
      'Show what one announcement would do: which rules match, and what each destination would get',
    ),
  )
    .option('--at <time>', 'as if it came then, for rules with `when`: 2026-11-27T03:12+09:00 (default: now)')
    .option('--feed <name>', 'the feed that brings it, for rules with `feed`')
    .option(
      '--age <duration>',
      'how old it is when it is received, such as 30s, for destinations with maxAge',
      durationArgument,
    )
    .option(
      '--id <id>',
      'a stored announcement (or the one of this delivery), instead: what the rules said then, beside now',
    )
    .option('--store <file>', 'with --id: the database file, instead of store.path of the config')
    .option('--timing', 'measure each step from frame to socket', false)
    .option('--json', 'print JSON, for scripts', false)
    .action(async (options) => {
      const { explainCommand } = await import('./explain.ts');
      exit(await explainCommand(options, io));
    });

  command('test', 'Run the `tests:` of the config: does every announcement in them go where they expect?')
    .option('-t, --name <text>', 'only tests with this in their name')
    .option(
      '--at <time>',
      'the time of tests that have none: 2026-11-25T09:30:00+09:00; without an offset, local time (default: now)',
    )
    .option(
      '--record <number>',
      'make tests of the last announcements in the store, and print them',
      countArgument,
    )
    .option('--since <duration>', 'with --record: only those received within this time', durationArgument)
    .option('--store <file>', 'with --record: the database file, instead of store.path of the config')
    .option('--json', 'print JSON, for scripts', false)
    .action(async (options) => {
      if (options.record === undefined) {
        const { testCommand } = await import('./test.ts');
        exit(testCommand(options, io));
      } else {
        const { recordCommand } = await import('./test-record.ts');
        exit(recordCommand(options, io));
      }
    });

  withAnnouncement(
    command('inject', 'Put an announcement into the running bridge, and print what came of it'),
  )
    .option('--real', 'not as a test: it goes through all rules, and places real orders', false)
    .option('--url <address>', 'the address of the bridge, if the config does not have it')
    .option('--json', 'print JSON, for scripts', false)
    .action(async (options) => {
      const { injectCommand } = await import('./inject.ts');
      exit(await injectCommand(options, io));
    });

  command('send [destinations...]', 'Send clearly marked samples for real, and print what came back')
    .option('--all', 'send to every destination', false)
    .option(
      '--as <exchange/type>',
      'let the rules choose the destinations, as for real news such as upbit/spot_listing',
    )
    .option(
      '--rule <name>',
      'use the template of this rule; without destinations, send to all that the rule sends to; with --as, evaluate only this rule',
    )
    .option('--ticker <tickers>', 'with --as: its tickers, separated by commas (default: SAMPLE)')
    .option('--title <text>', 'with --as: its title (default: one in the style of the exchange)')
    .option('--feed <name>', 'with --as: the feed that it comes from (default: the first of the config)')
    .option(
      '--force',
      'also send to a destination with `dryRun: true`, or to one that the bridge has paused',
      false,
    )
    .option('--json', 'print JSON, for scripts', false)
    .action(async (destinations: string[], options) => {
      const { sendCommand } = await import('./send.ts');
      exit(await sendCommand({ ...options, destinations }, io));
    });

  addDeliveries(command, io, exit);
  addReplay(command, io, exit);
  addExport(command, io, exit);
  addMute(command, io, exit);
  addCluster(command, io, exit);
  addStats(command, io, exit);

  command('status', 'Ask the running bridge for its state: feeds, destinations, queues, last announcements')
    .option('--url <address>', 'the address of the bridge, if the config does not have it')
    .option('--json', 'print JSON, for scripts', false)
    .action(async (options) => {
      const { statusCommand } = await import('./status.ts');
      exit(await statusCommand(options, io));
    });

  command('reload', 'Make the running bridge load the config again, and print what changed or what is wrong')
    .option('--url <address>', 'the address of the bridge, if the config does not have it')
    .option('--json', 'print JSON, for scripts', false)
    .action(async (options) => {
      const { reloadCommand } = await import('./reload.ts');
      exit(await reloadCommand(options, io));
    });

  const simulate = program
    .command('simulate')
    .description('Run a feed server that speaks the whole protocol, to try things without a key')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 takes a free one', portArgument, 9201)
    .option('--rate <per minute>', 'announcements a minute', countArgument, 6)
    .option('--file <announcements.jsonl>', 'titles to announce (default: a curated set of real ones)')
    .option('--fault <name...>', 'one or more faults by name; --help lists them')
    .action(async (options) => {
      const { simulateCommand } = await import('./simulate.ts');
      const { print, signal, clock, random } = io;
      exit((await simulateCommand(options, { print, signal, clock, random })) as ExitCode);
    });

  program
    .command('demo')
    .description(
      'Try everything without config or key: a simulated feed, the bridge, and stand-ins for Discord, Telegram and a bot',
    )
    .option(
      '--for <duration>',
      'stop after this time, such as 20s; the exit code is 0 if everything arrived',
      durationArgument,
    )
    .option('--rate <per minute>', 'announcements a minute', countArgument, 20)
    .action(async (options: { for?: number; rate: number }) => {
      const { demoCommand } = await import('./demo.ts');
      exit(await demoCommand({ forMs: options.for, ratePerMinute: options.rate }, io));
    });

  command('init', 'Write a config: on a terminal asks what is wanted and tries it; existing files are kept')
    .option('--minimal', 'write the shortest config: one feed, one destination, one rule', false)
    .option(
      '-y, --yes',
      'ask nothing: take values from the environment and .env, leave the rest empty',
      false,
    )
    .option('--for <purpose>', 'alerts, bot or both')
    .option('--to <places>', 'discord, discord-bot, telegram, webhook, separated by commas')
    .option('--feed <feeds>', 'cryptolisting, websocket (a source of your own), separated by commas')
    .option('--exchanges <names>', 'only these exchanges, separated by commas')
    .option(
      '--map <fields>',
      'where a source of your own has them: title=data.title,tickers=data.coins,publisher:upbit (: for a fixed word)',
    )
    .option('--header <name>', 'of a source of your own: the header for SOURCE_KEY (default: X-Api-Key)')
    .option('--example', 'write the commented example with everything in it, and a .env.example', false)
    .action(async (options) => {
      const { initCommand } = await import('./init.ts');
      exit(await initCommand(options, io));
    });
  addHelp(program, io.env);
  simulate.addHelpText('after', faults);
  return program;
}

/** The flags of `AnnouncementFlags`. */
const withAnnouncement = (command: Command): Command =>
  command
    .option('-f, --file <file>', 'announcement as JSON; - reads standard input')
    .option('--publisher <name>', 'exchange of the announcement, such as upbit')
    .option('--listing-type <type>', 'what it is about, such as spot_listing')
    .option('--ticker <tickers>', 'its tickers, separated by commas')
    .option('--title <text>', 'its title, in the words of the exchange');

/** Without "(default: false)" behind every switch. */
function optionDescription(option: Option): string {
  return option.defaultValue === false ? option.description : Help.prototype.optionDescription(option);
}
