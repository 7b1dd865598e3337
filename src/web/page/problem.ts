/** A page for a fault: a sentence, and the way on. Pure. */
import { type Html, html } from './html.ts';
import { prose } from './words.ts';

export const problemPage = (title: string, sentence: string): Html =>
  html`<h1>${title}</h1><p>${prose(sentence)}</p><p><a href="/">Back to the overview</a></p>`;

/** The effect of a button, above the page that it leads back to. */
export const notice = (sentence: string): Html =>
  html`<div class="notice is-good" role="status"><strong class="good">✓ ${sentence}</strong></div>`;
