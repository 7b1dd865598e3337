/** A message as its platform would show it (`destinations/look.ts`). Pure. */
import type { Card, Inline, Look } from '../../destinations/look.ts';
import { each, type Html, html } from './html.ts';

export const lookOf = (look: Look): Html =>
  html`<div class="as-${look.skin}"><div class="bubble">${
    look.author === undefined ? '' : html`<div class="author">${look.author}</div>`
  }${look.text.length === 0 ? '' : html`<div>${inlines(look.text)}</div>`}${each(look.cards, card)}</div>${
    look.buttons.length === 0
      ? ''
      : html`<ul class="buttons">${each(look.buttons, ({ text, url }) => html`<li>${link(url, [text])}</li>`)}</ul>`
  }</div>${look.isSilent ? html`<p class="small faint">Arrives without a sound.</p>` : ''}`;

const card = ({ colour, title, url, text, fields, footer }: Card): Html =>
  html`<div class="embed"><svg viewBox="0 0 4 4" preserveAspectRatio="none" aria-hidden="true"><rect width="4" height="4" fill="${colour ?? '#808080'}"/></svg><div><div class="embed-title">${
    url === undefined ? inlines(title) : link(url, title)
  }</div>${text.length === 0 ? '' : html`<div>${inlines(text)}</div>`}${
    fields.length === 0
      ? ''
      : html`<dl class="embed-fields">${each(fields, ({ name, value }) => html`<div><dt>${name}</dt><dd>${inlines(value)}</dd></div>`)}</dl>`
  }${footer === undefined ? '' : html`<div class="footer">${footer}</div>`}</div></div>`;

const inlines = (of: readonly Inline[]): Html => each(of, inline);

function inline(one: Inline): Html {
  if (typeof one === 'string') return html`${one}`;
  const inside = inlines(one.of);
  switch (one.mark) {
    case 'link':
      return link(one.url, one.of);
    case 'strong':
      return html`<strong>${inside}</strong>`;
    case 'em':
      return html`<em>${inside}</em>`;
    case 'u':
      return html`<u>${inside}</u>`;
    case 's':
      return html`<s>${inside}</s>`;
    case 'code':
      return html`<code>${inside}</code>`;
    case 'quote':
      return html`<blockquote>${inside}</blockquote>`;
    case 'spoiler':
      return html`<span class="spoiler">${inside}</span>`;
    default:
      return one satisfies never;
  }
}

/** Only of the web: any other kind of address stays text. */
const link = (url: string, of: readonly Inline[]): Html =>
  /^https?:\/\//i.test(url)
    ? html`<a href="${url}" rel="noopener noreferrer nofollow" target="_blank">${inlines(of)}</a>`
    : inlines(of);
