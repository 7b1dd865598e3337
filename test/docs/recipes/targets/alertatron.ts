/** https://alertatron.com/docs/automated-trading/basic-concepts: a script for the keys that it names; answers are not documented. */
import type { StandInRequest } from '../../../../src/simulator/stand-in.ts';
import { Refusal, startTarget, type Target } from './target.ts';

const SCRIPT = /^(\w+)\(([A-Z0-9]+)\) \{\s*((?:\w+\([^(){};]*\);\s*)+)\}\s*#bot\s*$/;
const COMMANDS = ['market', 'limit', 'stopOrder', 'cancel', 'wait', 'oneCancelsOther'];

export function startAlertatron(path: string, keys: string, symbols: readonly string[]): Promise<Target> {
  const refuse = (why: string) => new Refusal(200, why);
  return startTarget('Alertatron', path, (_body, { headers, body: text }: StandInRequest) => {
    if (!/^text\/plain\b/.test(headers['content-type'] ?? '')) throw refuse('not a text');
    const [, name, symbol = '', commands = ''] = SCRIPT.exec(text) ?? [];
    const names = [...commands.matchAll(/(\w+)\(/g)].map(([, command = '']) => command);
    if (name === undefined || !names.every((command) => COMMANDS.includes(command)))
      throw refuse('parse error');
    if (name !== keys) throw refuse('no such keys');
    if (!symbols.includes(symbol)) throw refuse('no such symbol');
    if (names.join() !== 'market,stopOrder') throw refuse('other commands than the script has');
    return { taken: symbol, answer: '' };
  });
}
