/** `/config`: the config in force, as the bridge understands it, and the fate of the last reload. Pure. */
import type { Status } from '../../ops/status.ts';
import type { Visitor } from '../visitor.ts';
import { each, type Html, html } from './html.ts';
import { hiddenCsrf } from './layout.ts';
import { state } from './words.ts';

/** `effective`: YAML with every default, and `<redacted>` where a secret is. */
export const configPage = ({ config }: Status, effective: string, visitor: Visitor): Html =>
  html`<h1>Config</h1><p><span class="mono">${config.file}</span> ${
    config.rejected === undefined
      ? config.current
        ? state('good', 'in force')
        : state('warning', 'the file has changes that are not in force yet')
      : state('bad', 'the file was rejected: the config before it stays in force')
  }</p>${
    config.rejected === undefined
      ? ''
      : html`<div class="notice is-bad"><ul class="problems">${each(config.rejected, (problem) => html`<li><span class="mark bad" aria-hidden="true">✗</span><span class="mono">${problem}</span></li>`)}</ul></div>`
  }${config.needsRestart.length === 0 ? '' : html`<p class="warning">! Waits for a restart: ${config.needsRestart.join(', ')}.</p>`}${
    visitor.mayChange
      ? html`<form method="post" action="/config/reload">${hiddenCsrf(visitor)}<button>Reload</button></form>`
      : ''
  }<h2>In force</h2><p class="small faint">With includes merged and every default filled in, without secrets; spans are in ms.</p><pre>${effective.slice(0, MOST_CONFIG_TEXT)}</pre>${
    effective.length > MOST_CONFIG_TEXT
      ? html`<p class="small faint">The rest is in <a href="/api/config">/api/config</a>.</p>`
      : ''
  }`;

/** In characters; ten thousand destinations are megabytes. */
export const MOST_CONFIG_TEXT = 100_000;
