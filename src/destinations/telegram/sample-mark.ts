/** The mark of a sample (`send`), where a template does not show it. */
import { cutText } from '../presentation-cut.ts';
import { SAMPLE_LINE, saysSample } from '../sample-mark.ts';
import { fitHtml, LONGEST_TEXT } from './truncate.ts';

/** `plain`: it is text without markup. */
export function markedAsSample(text: string, plain: boolean): string {
  if (saysSample(text)) return text;
  const marked = `${SAMPLE_LINE}\n\n${text}`;
  return plain ? cutText(marked, LONGEST_TEXT) : fitHtml(marked);
}
