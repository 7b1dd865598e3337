/** Loads a config from text, with files that exist only here. */
import { dirname, matchesGlob, normalize, relative, resolve } from 'node:path';
import { loadConfig, type RequiredConfig } from '../../src/config/load.ts';
import { type ConfigProblem, formatProblem } from '../../src/config/problem.ts';

export const FILE = '/etc/bridge/config.yaml';

export function load(
  text: string | Uint8Array,
  env: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string | Uint8Array>> = {},
): RequiredConfig {
  const all: Readonly<Record<string, string | Uint8Array>> = { [FILE]: text, ...files };
  return loadConfig({
    file: FILE,
    env,
    readFile: (path) => {
      const content = all[path];
      if (content === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
      return content;
    },
  });
}

/** The same with files of a folder: `rules/a.yaml` stands in that of the config, and patterns find it. */
export function loadFiles(
  text: string | Uint8Array,
  files: Readonly<Record<string, string | Uint8Array>>,
  env: Readonly<Record<string, string>> = {},
): RequiredConfig {
  const folder = dirname(FILE);
  const all = new Map<string, string | Uint8Array>([[FILE, text]]);
  for (const [name, content] of Object.entries(files)) all.set(resolve(folder, name), content);
  return loadConfig({
    file: FILE,
    env,
    readFile: (path) => {
      const content = all.get(path);
      if (content !== undefined) return content;
      const isFolder = [...all.keys()].some((other) => other.startsWith(`${path}/`));
      throw Object.assign(new Error(path), { code: isFolder ? 'EISDIR' : 'ENOENT' });
    },
    findFiles: (pattern, from) =>
      [...all.keys()].filter((path) => matchesGlob(relative(from, path), normalize(pattern))).sort(),
  });
}

/** `LINE:COL: message`, as `check` prints it behind the file name. */
export const problemsOf = (loaded: RequiredConfig) =>
  loaded.problems.map(({ line, column, message }) => `${line}:${column}: ${message}`);

export const warningsOf = (loaded: RequiredConfig) =>
  loaded.warnings.map(({ line, column, message }) => `${line}:${column}: ${message}`);

/** Of the first feed. */
export const apiKeyOf = ({ config }: Pick<RequiredConfig, 'config'>) => {
  const feed = config?.feeds[0];
  return feed !== undefined && 'apiKey' in feed ? feed.apiKey : undefined;
};

/** Everything that a person would see. */
export const shown = ({ problems, warnings }: RequiredConfig) =>
  [...problems, ...warnings].map((problem) => formatProblem('config.yaml', problem)).join('\n');

export const FEEDS = `feeds:
  - apiKey: \${KEY}
`;
export const DESTINATIONS = `destinations:
  bot: { type: webhook, url: https://bot.bridge.test/x }
`;
export const RULES = `rules:
  - match: {}
    send: bot
`;
export const ENV = { KEY: `dsk_${'a1'.repeat(32)}` };

/** `LINE:COL: message | hint`, behind the name of another file than the config; problems first. */
export const told = ({ problems, warnings }: RequiredConfig) => [
  ...problems.map((problem) => toldOf(problem, '')),
  ...warnings.map((problem) => toldOf(problem, 'warning: ')),
];

const toldOf = ({ file, line, column, message, hint }: ConfigProblem, kind: string) =>
  `${file === undefined ? '' : `${relative(dirname(FILE), file)}:`}${line}:${column}: ${kind}${message}${hint === undefined ? '' : ` | ${hint}`}`;
