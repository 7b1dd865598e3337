/** The tags of a Liquid text, as they are written; in linear time, also where they are not closed. */

export interface WrittenTag {
  /** `{{ … }}` or `{% … %}`, whole. */
  readonly text: string;
  /** Offset in the template. */
  readonly at: number;
}

export function* tagsIn(template: string): Iterable<WrittenTag> {
  const openings = /\{[{%]/g;
  const unclosed = new Set<string>();
  for (let found = openings.exec(template); found !== null; found = openings.exec(template)) {
    const { 0: mark, index: at } = found;
    const close = unclosed.has(mark) ? -1 : template.indexOf(mark === '{{' ? '}}' : '%}', at + 2);
    if (close === -1) unclosed.add(mark);
    else yield { text: template.slice(at, close + 2), at };
    openings.lastIndex = close === -1 ? at + 1 : close + 2;
  }
}

/** The text between its tags, in order; one part more than there are tags. */
export function aroundTags(template: string): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  for (const { text, at } of tagsIn(template)) {
    parts.push(template.slice(from, at));
    from = at + text.length;
  }
  return [...parts, template.slice(from)];
}

/** The template with something else in the place of each tag. */
export function withoutTags(template: string, instead: (tag: string) => string): string {
  const [first = '', ...rest] = aroundTags(template);
  const tags = [...tagsIn(template)];
  return first + rest.map((part, index) => instead(tags[index]?.text ?? '') + part).join('');
}
