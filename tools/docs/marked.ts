/** The part of a hand-written document that a program writes: what stands between its two marks. */
export interface Marks {
  readonly begin: string;
  readonly end: string;
}

/** The document with `part` between the marks. Throws when they are not there. */
export function withMarked(document: string, { begin, end }: Marks, part: string): string {
  const [before, rest] = document.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`the document has lost its marks: ${begin} … ${end}`);
  return `${before}${begin}\n\n${part}\n\n${end}${after}`;
}
