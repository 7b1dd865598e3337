/**
 * `include:`: which other files take part, in which order, each once. Patterns are relative to the folder of the config;
 * the files of one pattern come in the order of their names.
 */
import { dirname, extname, isAbsolute, join, relative, resolve } from 'node:path';
import { nearest } from '../platform/suggest.ts';
import { type ConfigFiles, realPath } from './files.ts';
import type { Located } from './located.ts';
import type { Finding, Path } from './problem.ts';

export interface IncludedFile {
  /** Absolute. */
  readonly path: string;
  /** As it is shown: as the config itself was named, and from there. */
  readonly name: string;
  /** The entry of `include` that brings it, and its place. */
  readonly written: string;
  readonly by: Path;
}

export interface Includes {
  readonly files: readonly IncludedFile[];
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
}

const isGlob = (written: string) => /[*?[{]/.test(written);

/** `file`: the config, as it was given. */
export function includesOf(root: Located | undefined, file: string, files: ConfigFiles): Includes {
  const folder = dirname(resolve(file));
  const found = new Map<string, IncludedFile>();
  const errors: Finding[] = [];
  const warnings: Finding[] = [];
  const main = realPath(resolve(file));
  for (const { written, path } of entriesOf(root)) {
    const fault = formFault(written);
    if (fault !== undefined) {
      errors.push({ path, ...fault });
      continue;
    }
    const isPattern = isGlob(written);
    const paths = isPattern
      ? files.find(written, folder).filter((one) => realPath(one) !== main && !one.endsWith('~'))
      : [resolve(folder, written)];
    if (isPattern && paths.length === 0) warnings.push({ path, ...nothingFits(written, folder, files) });
    for (const one of paths) {
      const real = realPath(one);
      if (real === main)
        errors.push({ path, message: 'a file cannot include itself', hint: 'remove this entry' });
      else if (!found.has(real))
        found.set(real, { path: one, name: shownName(one, folder, file), written, by: path });
    }
  }
  return { files: [...found.values()], errors, warnings };
}

function entriesOf(root: Located | undefined): readonly { readonly written: string; readonly path: Path }[] {
  const node = root?.children.get('include');
  const entries: readonly (readonly [Path, unknown])[] = Array.isArray(node?.value)
    ? node.value.map((value, index) => [['include', index], value] as const)
    : [[['include'], node?.value]];
  return entries.flatMap(([path, value]) =>
    typeof value === 'string' && value !== '' ? [{ written: value, path }] : [],
  );
}

function formFault(written: string): Pick<Finding, 'message' | 'hint'> | undefined {
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(written))
    return {
      message: 'only files of this machine can be included, not addresses',
      hint: 'fetch it with a program of your own, and include the file',
    };
  if (written.includes('\\'))
    return {
      message: 'a backslash does not separate folders here',
      hint: `write ${written.replaceAll('\\', '/')}`,
    };
  if (written.startsWith('~'))
    return {
      message: '~ does not stand for a home folder here',
      hint: 'write the whole path, or one relative to this file',
    };
  const list = written.split(',').map((one) => one.trim());
  if (list.length > 1 && !written.includes('{') && list.every((one) => /\.ya?ml$/.test(one)))
    return {
      message: 'this is one text, and no file has this name',
      hint: `several are a list: [${list.join(', ')}]`,
    };
  return undefined;
}

function nothingFits(pattern: string, folder: string, files: ConfigFiles): Pick<Finding, 'message' | 'hint'> {
  const message = `no file fits ${pattern}`;
  const other = { '.yaml': '.yml', '.yml': '.yaml' }[extname(pattern)];
  const renamed = other === undefined ? undefined : `${pattern.slice(0, -extname(pattern).length)}${other}`;
  if (renamed !== undefined && files.look(renamed, folder).length > 0)
    return { message, hint: `there are files that fit ${renamed}` };
  return { message, hint: `paths start at ${folder}` };
}

/** For a file that is not there: one of a similar name beside it. */
export function similarFile({ path, written }: IncludedFile, files: ConfigFiles): string | undefined {
  const names = files.look('*', dirname(path)).map((one) => relative(dirname(path), one));
  const best = nearest(relative(dirname(path), path), names);
  return best === undefined ? undefined : `did you mean \`${join(dirname(written), best)}\`?`;
}

function shownName(path: string, folder: string, file: string): string {
  const inside = relative(folder, path);
  return isAbsolute(inside) || inside.startsWith('..') ? path : join(dirname(file), inside);
}
