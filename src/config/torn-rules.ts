/** A dash before each key makes two rules of one: one sentence says so, instead of one for what each of them lacks. */
import type { Finding, Path } from './problem.ts';

/** `- match: …` with `- send: …` below it: the first lacks `send`, the second `match`. */
export function joinTornRules(findings: readonly Finding[]): Finding[] {
  const lacking = (key: string) =>
    new Set(
      findings.flatMap(({ at, path }) => (at === 'missing' && isOfRule(path, key) ? [Number(path[1])] : [])),
    );
  const withoutMatch = lacking('match');
  const withoutSend = lacking('send');
  const isTorn = (index: number) =>
    withoutSend.has(index) && withoutMatch.has(index + 1) && !withoutSend.has(index + 1);
  return findings.flatMap((finding) => {
    const { at, path } = finding;
    const index = Number(path[1]);
    if (at !== 'missing') return [finding];
    if (isOfRule(path, 'send') && isTorn(index)) return [];
    if (!isOfRule(path, 'match') || !isTorn(index - 1)) return [finding];
    return [
      {
        path: path.slice(0, -1),
        message: 'a dash begins another rule: this one has no `match`, and the one above no `send`',
        hint: 'remove the dash, and indent `send` as far as the `match` above',
      },
    ];
  });
}

const isOfRule = (path: Path, key: string) => path.length === 3 && path[0] === 'rules' && path[2] === key;
