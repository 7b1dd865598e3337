/** `/config`: the config in force, as the bridge understands it, and the fate of the last reload. Pure. */
import type { ReloadSeen } from '../../ops/last-reload.ts';
import type { Status } from '../../ops/status.ts';
import { effectText } from '../../routing-diff.ts';
import type { Visitor } from '../visitor.ts';
import { age } from './age.ts';
import { each, type Html, html } from './html.ts';
import { hiddenCsrf } from './layout.ts';
import { prose, state } from './words.ts';

export interface ConfigView {
  readonly config: Status['config'];
  /** YAML with every default, and `<redacted>` where a secret is. */
  readonly effective: string;
  /** `undefined`: none since the start. */
  readonly lastReload: ReloadSeen | undefined;
  /** Epoch ms. */
  readonly nowMs: number;
}

export const configPage = ({ config, effective, lastReload, nowMs }: ConfigView, visitor: Visitor): Html =>
  html`<h1>Config</h1><p><span class="mono">${config.file}</span> ${
    config.rejected === undefined
      ? config.current
        ? state('good', 'in force')
        : state('warning', 'the file has changes that are not in force yet')
      : state('bad', 'the file was rejected: the config before it stays in force')
  }</p>${config.rejected === undefined ? '' : html`<div class="notice is-bad">${problems(config.rejected)}</div>`}${
    config.needsRestart.length === 0
      ? ''
      : html`<p class="warning">! Waits for a restart: ${config.needsRestart.join(', ')}.</p>`
  }<h2>Last reload</h2>${reloadPart(lastReload, nowMs)}${
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

const problems = (all: readonly string[]): Html =>
  html`<ul class="problems">${each(all, (problem) => html`<li><span class="mark bad" aria-hidden="true">✗</span><span class="mono">${problem}</span></li>`)}</ul>`;

function reloadPart(last: ReloadSeen | undefined, nowMs: number): Html {
  if (last === undefined)
    return html`<p>None since the start: the config is the one that the bridge started with.</p>`;
  const when = age('ago', last.agoMs, nowMs);
  if (!last.ok) return html`<p>${state('bad', 'rejected')}, ${when}.</p>`;
  const { changes, needsRestart, effect } = last;
  return html`<p>${state('good', 'taken up')}, ${when}.</p><ul>${
    changes.length === 0
      ? html`<li>Nothing has changed.</li>`
      : each(changes, (one) => html`<li>${prose(one)}</li>`)
  }${needsRestart.length === 0 ? '' : html`<li>Waits for a restart: ${needsRestart.join(', ')}</li>`}${
    effect === undefined
      ? ''
      : html`<li>${effectText(effect)}${
          effect.examples.length === 0
            ? ''
            : html`<ul>${each(effect.examples, (example) => html`<li>${example}</li>`)}</ul>`
        }</li>`
  }</ul>`;
}
