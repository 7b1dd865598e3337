/**
 * The commands and their flags. Each command is a function in its own file, loaded when it is asked for, so
 * that the daemon does not start later for what it never uses; here they only get their arguments.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { DELIVERY_STATES, type DeliveryState } from '../delivery/delivery.ts';
import { parseDuration } from '../platform/duration.ts';
import { type ExitCode, FINE, NOT_FINE, UserError, WRONG_USAGE } from './exit-codes.ts';
import { fenced, type Io, processIo } from './io.ts';

/** Runs one command line. Gives the exit code; throws only on a bug. */
export async function runProgram(
  args: readonly string[],
  signal: AbortSignal,
  outside: Io = processIo(signal),
): Promise<number> {
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
      io.warn(error.message);
      return error.exitCode;
    }
    if (isForPeople(error)) {
      io.warn(`listing-bridge: ${error.message}`);
      return NOT_FINE;
    }
    throw error;
  }
}

/** `StoreError` and `ServerError`, by their codes: their files are loaded only with the commands that throw them. */
const isForPeople = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && (error.code === 'STORE' || error.code === 'SERVER');

function buildProgram(io: Io, faults: string, exit: (code: ExitCode) => void): Command {
  const program = new Command('listing-bridge')
    .description(
      'Routes exchange listing announcements from cryptolisting.ws to Discord, Telegram and webhooks.',
    )
    .version(io.version)
    .showHelpAfterError('(--help shows what there is)')
    .configureOutput({
      writeOut: (text) => io.print(text.trimEnd()),
      writeErr: (text) => io.warn(text.trimEnd()),
    })
    .exitOverride();
  const configOption = () =>
    new Option('-c, --config <file>', 'the config file').env('LISTING_BRIDGE_CONFIG').default('config.yaml');
  const command = (nameAndArguments: string, description: string, parent: Command = program) =>
    parent.command(nameAndArguments).description(description).addOption(configOption());

  command('run', 'the daemon').action(async (options) => {
    const { runCommand } = await import('./run.ts');
    exit(await runCommand(options, io));
  });

  command('check', 'validates the config: every problem in one go, with line and column')
    .option('--json', 'as JSON', false)
    .option('--print-schema', 'prints the JSON Schema of the config, for editors', false)
    .action(async (options) => {
      const { checkCommand } = await import('./check.ts');
      exit(checkCommand(options, io));
    });

  command('explain', 'dry run of one announcement: which rules match, why not, and what would be sent')
    .option('-f, --file <file>', 'one announcement as JSON; - for standard input')
    .option('--publisher <name>')
    .option('--listing-type <type>')
    .option('--ticker <tickers>', 'several separated by commas')
    .option('--title <text>')
    .option('--timing', 'how long it takes from frame to socket, step by step', false)
    .option('--json', 'as JSON', false)
    .action(async (options) => {
      const { explainCommand } = await import('./explain.ts');
      exit(await explainCommand(options, io));
    });

  command('send <destination>', 'sends one clearly marked sample for real and says what came back')
    .option('--json', 'as JSON', false)
    .action(async (destination: string, options) => {
      const { sendCommand } = await import('./send.ts');
      exit(await sendCommand({ ...options, destination }, io));
    });

  const deliveries = command('deliveries', 'what is owed, what arrived, what did not and why')
    .addOption(new Option('--state <state>').choices(DELIVERY_STATES))
    .option('--destination <name>')
    .option('--since <duration>', 'received within the last 1h, 3d, …', duration)
    .option('--limit <number>', 'most to list (default: 50)', count)
    .option('--json', 'as JSON', false)
    .action(
      async (options: {
        config: string;
        state?: DeliveryState;
        destination?: string;
        since?: number;
        limit?: number;
        json: boolean;
      }) => {
        const { listCommand } = await import('./deliveries.ts');
        const { state, destination, since, limit = 50 } = options;
        exit(listCommand({ ...options, state, destination, sinceMs: since, limit }, io));
      },
    );
  command('show <id>', 'one delivery with all its attempts', deliveries)
    .option('--json', 'as JSON', false)
    .action(async (id: string, _options, self: Command) => {
      const { showCommand } = await import('./deliveries.ts');
      exit(showCommand({ ...self.optsWithGlobals(), id } as Parameters<typeof showCommand>[0], io));
    });
  command('retry [ids...]', 'owes them again, now', deliveries)
    .option('--dead', 'all dead ones; with --destination or --since, those of them', false)
    .option(
      '--late',
      'also what is older than its maxAge, which then counts anew: an old order is sent as if new',
      false,
    )
    .option('--destination <name>', 'only with --dead')
    .option('--since <duration>', 'received within the last 1h, 3d, …; only with --dead', duration)
    .option('--json', 'as JSON', false)
    .action(async (ids: string[], _options, self: Command) => {
      const { retryCommand } = await import('./deliveries.ts');
      exit(retryCommand({ ...self.optsWithGlobals(), ids } as Parameters<typeof retryCommand>[0], io));
    });
  command('discard <ids...>', 'never to be sent', deliveries)
    .option('--json', 'as JSON', false)
    .action(async (ids: string[], _options, self: Command) => {
      const { discardCommand } = await import('./deliveries.ts');
      exit(discardCommand({ ...self.optsWithGlobals(), ids } as Parameters<typeof discardCommand>[0], io));
    });

  command('status', 'asks the running daemon how it is: feeds, destinations, queues, last announcements')
    .option('--url <address>', 'where it is, if the config does not say')
    .option('--json', 'as JSON', false)
    .action(async (options) => {
      const { statusCommand } = await import('./status.ts');
      exit(await statusCommand(options, io));
    });

  program
    .command('simulate')
    .description('a feed server that speaks the whole protocol, for trying things without a key')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', '0 takes a free one', port, 9201)
    .option('--rate <per minute>', 'announcements a minute', count, 6)
    .option('--file <announcements.jsonl>', 'titles to announce; default: a curated set of real ones')
    .option('--fault <name...>', 'what goes wrong: one or several of those below')
    .addHelpText('after', faults)
    .action(async (options) => {
      const { simulateCommand } = await import('./simulate.ts');
      const { print, signal, clock, random } = io;
      exit((await simulateCommand(options, { print, signal, clock, random })) as ExitCode);
    });

  program
    .command('demo')
    .description(
      'no config, no key: a simulated feed, the bridge, and stand-ins for Discord, Telegram and a bot',
    )
    .option(
      '--for <duration>',
      'ends after this, e.g. 20s; the exit code tells whether everything arrived',
      duration,
    )
    .option('--rate <per minute>', 'announcements a minute', count, 30)
    .action(async (options: { for?: number; rate: number }) => {
      const { demoCommand } = await import('./demo.ts');
      exit(await demoCommand({ forMs: options.for, ratePerMinute: options.rate }, io));
    });

  command('init', 'writes a commented config and a .env.example; overwrites nothing').action(
    async (options) => {
      const { initCommand } = await import('./init.ts');
      exit(initCommand(options, io));
    },
  );
  return program;
}

function duration(text: string): number {
  const durationMs = parseDuration(text);
  if (durationMs === undefined || durationMs <= 0)
    throw new InvalidArgumentError('must be a duration such as 20s, 10m or 3d');
  return durationMs;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('must be a whole number, at least 1');
  return value;
}

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('must be a port from 0 to 65535');
  return value;
}
