/** Many processes that are silent together, and are then spoken to one by one, the kinds in turn. */
import { type Meter, pause } from './meter.ts';
import { ofProcesses, type Sample } from './sample.ts';
import type { Subject, SubjectKind } from './subject.ts';
import { inTurn } from './turns.ts';

/** Between two measurements, so that what is behind the first is over. */
export const BETWEEN_MS = 250;
/** Processes that are started at the same time. */
const AT_ONCE = 3;

export interface Answer {
  readonly subject: Subject;
  /** From handing over the frame until the whole request was there. */
  readonly ms: number;
}

/** So many of each kind; they are spoken to in the order in which they are started. */
export async function startGroup(
  meter: Meter,
  kinds: readonly SubjectKind[],
  each: (kind: SubjectKind) => number,
): Promise<Subject[]> {
  const rounds = Math.max(...kinds.map(each));
  const wanted = Array.from({ length: rounds }, (_, round) =>
    inTurn(
      kinds.filter((kind) => round < each(kind)),
      round,
    ),
  ).flat();
  const group: Subject[] = [];
  for (let at = 0; at < wanted.length; at += AT_ONCE)
    group.push(...(await Promise.all(wanted.slice(at, at + AT_ONCE).map((kind) => meter.start(kind)))));
  return group;
}

/** One announcement to each once it has been silent for so long. */
export async function afterSilence(
  meter: Meter,
  group: readonly Subject[],
  silenceMs: number,
  receiverOf: (subject: Subject) => Meter['receiver'] = () => meter.receiver,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const subject of group) {
    await pause(Math.max(BETWEEN_MS, subject.lastMs + silenceMs - performance.now()));
    answers.push({ subject, ms: await meter.lone(subject, receiverOf(subject)) });
  }
  return answers;
}

/** Of all processes of this name: what each answered. */
export function sampleOf(answers: readonly Answer[], name: string): Sample {
  const own = answers.filter(({ subject }) => subject.name === name);
  const byProcess = Map.groupBy(own, ({ subject }) => subject);
  return ofProcesses([...byProcess.values()].map((each) => each.map(({ ms }) => ms)));
}
