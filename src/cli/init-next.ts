/** The end of `init`: the commands that come next, as the program was called. */
import { howToGet } from '../config/env-example.ts';
import { wrapCells } from '../platform/cells.ts';
import { paint } from '../platform/paint.ts';
import { NAMES, type Setup, variablesOf } from './init-setup.ts';
import type { Io } from './io.ts';
import { programName } from './program-name.ts';

/** With `-c` where the config is not the one that the program looks for by itself. */
function commandFor(config: string, { env }: Pick<Io, 'env'>): (words: string) => string {
  const isFound = config === (env['LISTING_BRIDGE_CONFIG'] || 'config.yaml');
  const option = isFound
    ? ''
    : ` -c ${/^[\w./-]+$/.test(config) ? config : `'${config.replaceAll("'", `'\\''`)}'`}`;
  return (words) => paint.name(`${programName(env)} ${words}${option}`);
}

const numbered = (steps: readonly string[]) => [
  '',
  'Next:',
  ...steps.map((step, index) => `  ${index + 1}. ${step}`),
];

/** After a setup: what is left to fill in, then `check`, a sample where none has arrived, `run`. */
export function nextSteps(
  setup: Setup,
  config: string,
  envFile: string,
  io: Pick<Io, 'env' | 'columns'>,
): readonly string[] {
  const command = commandFor(config, io);
  const open = variablesOf(setup).filter(({ value }) => value === undefined);
  const untried = setup.destinations.filter(({ isTried }) => isTried !== true).map(({ kind }) => kind);
  const rows = open.map(
    ({ name }) => `\n${wrapCells(`       ${name}  ${howToGet(name) ?? ''}`, io.columns, '         ')}`,
  );
  return numbered([
    ...(open.length === 0 ? [] : [`fill in what is still empty in ${envFile}:${rows.join('')}`]),
    `${command('check')}   every mistake, with its line`,
    ...(untried.length === 0
      ? []
      : [
          `${command(`send ${untried.map((kind) => NAMES[kind]).join(' ')}`)}   a sample, for real${untried.includes('bot') ? '\n       to the bot: an order to buy SAMPLEUSDT' : ''}`,
        ]),
    `${command('run')}   starts the bridge`,
  ]);
}

/** After the example, in which everything is still to be chosen. */
export function stepsAfterExample(
  { config, envExample, env }: { readonly config: string; readonly envExample: string; readonly env: string },
  io: Pick<Io, 'env'>,
): readonly string[] {
  const command = commandFor(config, io);
  return numbered([
    `cp ${envExample} ${env} && chmod 600 ${env}`,
    `put your keys into ${env}`,
    `delete the destinations that you do not use from ${config}, also from its rules and alerts`,
    command('check'),
  ]);
}
