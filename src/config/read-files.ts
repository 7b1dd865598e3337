/** Reads a config and the files that it includes, each for itself: a fault in one hides none in another. */
import { resolve } from 'node:path';
import { printable } from '../platform/printable.ts';
import { type Environment, type LoadedEnvironment, loadEnvironment, readFault } from './environment.ts';
import type { ConfigFiles } from './files.ts';
import { type IncludedFile, includesOf, similarFile } from './include.ts';
import { type ParsedFile, parseFile, unreadFile } from './parsed-file.ts';
import type { Finding } from './problem.ts';
import { standingIn } from './stand-ins.ts';

export interface ReadConfig {
  readonly environment: LoadedEnvironment | undefined;
  /** The config itself first; each node of a tree has the ordinal of its file. */
  readonly parsed: readonly [ParsedFile, ...ParsedFile[]];
  /** Faults of `include` itself. */
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
  /** False: of a file it is not known what it would have brought. */
  readonly isComplete: boolean;
}

/** `file`: as it was given. */
export function readFiles(file: string, env: Environment, files: ConfigFiles, standsIn: boolean): ReadConfig {
  let raw: string | Uint8Array;
  try {
    raw = files.read(resolve(file), 'config');
  } catch (error) {
    const fault = readFault(error);
    const target = fault === 'it does not exist' ? files.linkTarget(resolve(file)) : undefined;
    const why = target === undefined ? fault : `it is a link to ${printable(target)}, which does not exist`;
    return onlyMain(unreadFile(undefined, `the file cannot be read: ${why}`, adviceFor(why)), undefined);
  }
  // Not before: of a config that is not there, remarks on its `.env` would only distract.
  const loaded = loadEnvironment(file, env, files);
  const environment = standsIn ? standingIn(loaded) : loaded;
  const anchors = new Map<string, string>();
  const parsedAs = (content: string | Uint8Array, name: string | undefined, ordinal: number) => {
    const context = {
      variables: environment,
      file: ordinal,
      anchorElsewhere: (anchor: string) => anchors.get(anchor),
    };
    const parsed = parseFile(content, name, context);
    for (const anchor of parsed.anchors) if (!anchors.has(anchor)) anchors.set(anchor, name ?? file);
    return parsed;
  };
  const main = parsedAs(raw, undefined, 0);
  if (main.isHidden) return onlyMain(main, undefined);
  const includes = includesOf(main.root, file, files);
  const parsed: [ParsedFile, ...ParsedFile[]] = [main];
  const errors: Finding[] = [...includes.errors];
  for (const included of includes.files) {
    const { path, name, by } = included;
    try {
      parsed.push(parsedAs(files.read(path, 'include'), name, parsed.length));
    } catch (error) {
      errors.push({ path: by, ...unreadable(included, readFault(error), files) });
    }
  }
  return {
    environment,
    parsed,
    errors: main.fatal ? [] : errors,
    warnings: main.fatal ? [] : includes.warnings,
    isComplete: errors.length === 0 && parsed.every(({ fatal }) => !fatal),
  };
}

const onlyMain = (main: ParsedFile, environment: LoadedEnvironment | undefined): ReadConfig => ({
  ...{ environment, parsed: [main], errors: [], warnings: [], isComplete: false },
});

function unreadable(
  file: IncludedFile,
  fault: string,
  files: ConfigFiles,
): Pick<Finding, 'message' | 'hint'> {
  const message = `${file.name} cannot be read: ${fault}`;
  if (fault === 'it is a folder')
    return { message, hint: `for every file in it write ${file.written.replace(/(?<!\/)\/+$/, '')}/*.yaml` };
  return { message, hint: fault === 'it does not exist' ? similarFile(file, files) : undefined };
}

function adviceFor(fault: ReturnType<typeof readFault>): string {
  if (fault === 'it does not exist') return 'make one with: listing-bridge init';
  if (fault.startsWith('it is a link')) return 'put that file there, or name another one with -c';
  return fault === 'it is a folder'
    ? 'name the file in it, with -c'
    : 'let the user who runs this read it, or name another file with -c';
}
