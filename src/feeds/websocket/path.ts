/** Where a value stands in a frame: `title`, `data.items[0].title`, `data["odd.key"]`. Read once, at load. */

export type FieldPath = readonly (string | number)[];

const STEP = /(?:^|(?<=.)\.)([^.[\]"\s]+)|\[(\d{1,6})\]|\["((?:[^"\\]|\\.)*)"\]/y;

/** JSONPath, JSON Pointer, wildcards. */
const FOREIGN = /^[$@](?:$|[.[])|^\/|(?:^|\.)\*(?:$|[.[])/;

/** `undefined`: it is no path. */
export function stepsOf(path: string): FieldPath | undefined {
  const steps: (string | number)[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < path.length) {
    const [, key, index, quoted] = STEP.exec(path) ?? [];
    if (key !== undefined) steps.push(key);
    else if (index !== undefined) steps.push(Number(index));
    else if (quoted !== undefined) steps.push(quoted.replace(/\\(.)/g, '$1'));
    else return undefined;
  }
  // A frame is an object. `$.title` and `/title` are other languages; such a key is written in quotes.
  return steps.length === 0 || typeof steps[0] === 'number' || FOREIGN.test(path) ? undefined : steps;
}

export const PATH_HELP = 'must be a path, such as title, data.items[0].title or data["odd.key"]';
