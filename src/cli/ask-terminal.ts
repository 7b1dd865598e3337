/** Questions on a terminal, by @clack/prompts. No text of others in them is a command to the terminal. */
import {
  CANCEL_SYMBOL,
  confirm,
  log,
  multiselect,
  type Option,
  password,
  select,
  text,
} from '@clack/prompts';
import { wrapCells } from '../platform/cells.ts';
import { printableLines } from '../platform/printable.ts';
import { type Ask, Cancelled, type Choice } from './ask.ts';
import type { Terminal } from './io.ts';

/** `signal`: Ctrl-C while nothing is asked. */
export function askOn({ input, output }: Terminal, signal: AbortSignal): Ask {
  // A terminal that does not know its size has 0 columns, and everything would be broken into single characters.
  if ('columns' in output && output.columns === 0) Object.assign(output, { columns: 80, rows: 24 });
  const common = { input, output, signal: AbortSignal.any([signal, endOf(input)]) };
  return {
    choose: async (message, choices) =>
      answered(await select({ ...common, message: printableLines(message), options: optionsOf(choices) })),
    chooseSome: async (message, choices, initialValues) =>
      answered(
        await multiselect({
          ...common,
          message: printableLines(message),
          options: optionsOf(choices),
          initialValues: [...initialValues],
          required: true,
        }),
      ),
    text: async (message, validate) =>
      answered(await text({ ...common, message, validate: (value) => validate(trimmed(value)) })).trim(),
    hidden: async (message, validate) =>
      trimmed(
        answered(await password({ ...common, message, validate: (value) => validate(trimmed(value)) })),
      ),
    confirm: async (message, initialValue) =>
      answered(await confirm({ ...common, message: printableLines(message), initialValue })),
    tell: (mark, line) => LOGS[mark](wrapCells(line, cellsBeside(output), ''), { output }),
  };
}

/**
 * Ctrl-D, or a terminal that is gone: nobody answers any more. The prompts themselves would wait for ever then, and a process
 * that waits for nothing else ends as if all were fine.
 */
function endOf(input: Terminal['input']): AbortSignal {
  const ended = new AbortController();
  const end = () => ended.abort();
  input.once('end', end).once('close', end);
  input.on(
    'keypress',
    (_text: string | undefined, key: { readonly ctrl?: boolean; readonly name?: string }) => {
      if (key.ctrl === true && key.name === 'd') end();
    },
  );
  return ended.signal;
}

/** Of a line beside the bar on the left. */
const cellsBeside = (output: Terminal['output']): number | undefined =>
  'columns' in output && typeof output.columns === 'number' ? Math.max(20, output.columns - 4) : undefined;

const LOGS = { good: log.success, bad: log.error, warning: log.warn, info: log.info } as const;

/** An empty answer comes as `undefined`; what is copied often has blanks around it. */
const trimmed = (value: string | undefined): string => (value ?? '').trim();

function optionsOf<Value extends string>(choices: readonly Choice<Value>[]): Option<Value>[] {
  const options = choices.map(({ value, label, hint }) => ({
    value,
    label: printableLines(label),
    ...(hint !== undefined && { hint }),
  }));
  return options as Option<Value>[];
}

function answered<Value>(answer: Value | typeof CANCEL_SYMBOL): Value {
  if (answer === CANCEL_SYMBOL) throw new Cancelled();
  return answer as Value;
}
