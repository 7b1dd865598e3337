/**
 * The verdict on two runs of the tests, the second of only the files in which something failed. A test that failed
 * in both has failed; one that failed once is unstable: it counts as passed, and is named.
 */

/** As much of vitest's JSON report as is needed. */
export interface TestReport {
  readonly testResults: readonly {
    /** Absolute path. */
    readonly name: string;
    readonly status: string;
    /** Why the file itself failed, if it did. */
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[] | null;
    }[];
  }[];
}

interface Result {
  readonly file: string;
  /** `file > test`, or the file alone. */
  readonly name: string;
  readonly failure: string | undefined;
}

export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** For the end of the log: each failed and each unstable test, and why. */
  readonly lines: readonly string[];
}

const LONGEST_MESSAGE = 400;
const MOST_TOLD = 20;

/** A file that could not be run counts as one test. Tests of one name are told apart by their order. */
function resultsOf(report: TestReport, root: string): Map<string, Result> {
  const results = new Map<string, Result>();
  const add = (file: string, name: string, failure: string | undefined) => {
    let key = name;
    for (let time = 2; results.has(key); time++) key = `${name} (${time})`;
    results.set(key, { file, name: key, failure });
  };
  for (const { name: path, status, message, assertionResults } of report.testResults) {
    const file = path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
    const ran = assertionResults.filter((test) => test.status === 'passed' || test.status === 'failed');
    for (const { fullName, status: one, failureMessages } of ran)
      add(
        file,
        `${file} > ${fullName}`,
        one === 'failed' ? messageOf(failureMessages?.join('\n')) : undefined,
      );
    // Its import or a hook failed.
    if (status === 'failed' && !ran.some((test) => test.status === 'failed'))
      add(file, file, messageOf(message));
  }
  return results;
}

/** In one line, without colours, as far as it fits. */
function messageOf(text = ''): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence of a terminal.
  const plain = text.replaceAll(/\u001b\[[0-9;]*m/g, '');
  const [said = ''] = plain.split(/\n\s+at /);
  const line = said.replaceAll(/\s+/g, ' ').trim();
  return line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE)}…` : line;
}

/** Relative paths of the files in which something failed. */
export function failedFiles(report: TestReport, root: string): string[] {
  const failed = [...resultsOf(report, root).values()].filter(({ failure }) => failure !== undefined);
  return [...new Set(failed.map(({ file }) => file))];
}

/** `second`: `undefined` where nothing had failed, or it left no report. */
export function outcomeOf(first: TestReport, second: TestReport | undefined, root: string): Outcome {
  const before = resultsOf(first, root);
  const again = second === undefined ? new Map<string, Result>() : resultsOf(second, root);
  const ranAgain = new Set([...again.values()].map(({ file }) => file));
  const failed: string[] = [];
  const unstable: string[] = [];
  let passed = 0;
  for (const key of new Set([...before.keys(), ...again.keys()])) {
    const runs = [before.get(key), again.get(key)].filter((result) => result !== undefined);
    const bad = runs.find(({ failure }) => failure !== undefined);
    const isGood = runs.some(({ failure }) => failure === undefined);
    // A file that could not be run and now can brings its tests, which count.
    const isCured = bad?.name === bad?.file && !again.has(key) && ranAgain.has(key);
    if (isGood) passed++;
    if (bad === undefined) continue;
    if (isGood || isCured) unstable.push(`UNSTABLE: ${key}: failed in one of two runs: ${bad.failure}`);
    else failed.push(`FAILED: ${key}: ${bad.failure}`);
  }
  return { passed, failed: failed.length, lines: [...shown(unstable), ...shown(failed)] };
}

function shown(lines: readonly string[]): readonly string[] {
  const more = lines.length - MOST_TOLD;
  return more > 0 ? [...lines.slice(0, MOST_TOLD), `… and ${more} more`] : lines;
}
