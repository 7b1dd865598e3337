/** The program from its source, with the tracer in it: the ways of its announcements, real and rehearsed. */
import { fileURLToPath } from 'node:url';
import type { Program, Workplace } from '../support/program.ts';
import type { Way } from './recorder.ts';

const path = (from: string) => fileURLToPath(new URL(from, import.meta.url));
const TRACED = ['--import', path('./hook.ts'), path('../../src/main.ts')];

export const startTraced = (workplace: Workplace, env: Readonly<Record<string, string>>): Program =>
  workplace.start(['run'], env, TRACED);

/** Ends with a round of the rehearsal; for seconds there is no other. */
export const roundEnded = (bridge: Program, nth = 1): Promise<unknown> =>
  bridge.log.waitFor(() => bridge.log.all.filter(({ msg }) => msg === 'round').length >= nth);

/** Nothing is under way: it has looked twice. */
export function isQuiet({ log }: Program): Promise<unknown> {
  const from = log.all.length;
  return log.waitFor(() => log.all.slice(from).filter(({ msg }) => msg === 'quiet').length >= 2);
}

export const waysIn = ({ log }: Program): readonly Way[] =>
  log.all.filter(({ msg }) => msg === 'way') as unknown as Way[];

/** Of the `nth` announcement to a receiver. */
export async function wayTo(port: number, bridge: Program, nth = 1): Promise<Way> {
  const ways = () => waysIn(bridge).filter(({ to }) => to === port);
  await bridge.log.waitFor(() => ways().length >= nth);
  return ways()[nth - 1] as Way;
}
