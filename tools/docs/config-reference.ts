/**
 * `docs/configuration.md`, made from the schema that validates, so that the page cannot say anything else
 * than the program does. A test compares the two.
 */

import {
  configSchema,
  DESTINATION_TYPES,
  destinationOptions,
  templateOptions,
} from '../../src/config/schema.ts';
import { variablesOf } from '../../src/templates/variables.ts';
import { type Key, keysOf } from './config-keys.ts';

const INTRODUCTION = `# Configuration reference

Made by \`tools/docs/config-reference.ts\` from the schema that validates; to bring it up to date: \`UPDATE_DOCS=1 npm test\`.

One YAML file, \`config.yaml\` by default. A commented one to start from: \`listing-bridge init\`. Unknown keys are errors.
For completion in an editor: \`listing-bridge check --print-schema > schema.json\`.

- **Durations** carry their unit: \`500ms\`, \`5s\`, \`10m\`, \`1h30m\`, \`3d\`.
- **Variables**, inside values only: \`\${NAME}\` reads the environment or the \`.env\` beside the config,
  \`\${NAME:-default}\` has a default, \`\${file:/run/secrets/name}\` reads a file, \`$\${\` is a literal \`\${\`. They are put in after the YAML
  was read, so a value can never become YAML. An unset variable is an error.
- **\`.env\`** is read as shells, Compose and PowerShell write it: \`export NAME=…\`, \`NAME: …\`, quotes, values of several lines in quotes, UTF-8 or UTF-16.
  A \`#\` starts a comment only at the beginning of a line or after a blank. Of a name that is given twice the last line counts, and \`check\` warns.
- **Secrets** are marked below. \`check\` warns when one stands in the file in clear.
- **Relative paths** are meant from the folder of the config.
`;

const TYPE_NOTES: Readonly<Record<(typeof DESTINATION_TYPES)[number], string>> = {
  discord: 'Either `webhookUrl`, or `botToken` and `channelId`.',
  telegram: 'A bot that writes into a chat, group or channel.',
  webhook:
    'Any program that takes an HTTP request. Without `body` it gets every field of the announcement as JSON. `body` as a tree becomes JSON; as a text, plain text or what `contentType` says. One frame makes at most `maxTickers` requests.',
};

const TEMPLATE_NOTES = `- \`ticker\` exists only in a webhook with \`forEach: ticker\`. For all of them write \`{{ tickers | join: ", " }}\`.
- Liquid works in \`body\` (the values of a tree, or a text), in \`buttons\`, in \`threadName\` and in \`templates\`. Anywhere else \`{{ … }}\` is an error at \`check\`.
- Values are escaped for their place, and no filter switches that off: Telegram HTML, Discord Markdown, parts of a URL, JSON (a tree). In a text for a
  webhook a value stays on one line, and under \`forEach: ticker\` it loses \`,;|&=:\`, quotes and brackets; in a form (\`contentType: application/x-www-form-urlencoded\`) and in XML or HTML it is encoded. JSON, YAML and other
  syntaxes written as text are an error: write a tree.
- \`date\` is UTC, in English, unless it names a zone: \`{{ detectedTimestampUs | date: "%H:%M:%S.%L", "Asia/Seoul" }}\`. It takes the feed's stamps (µs),
  milliseconds, seconds and text. \`now\` is the moment of receipt.
`;

const CONDITIONS = `## Conditions

In one \`match\` all keys must hold; a list means one of; \`{ not: … }\`, \`{ any: [ … ] }\` and, for texts, \`{ matches: … }\` (a regular expression,
found anywhere) nest. Texts are compared without case. \`*\` in a \`ticker\` stands for anything; a \`ticker\` condition is asked of each ticker,
and the announcement matches when one fits. \`match: {}\` matches everything real; self-tests match only with \`test: true\`. Conditions and templates see the first 1,000 tickers of an announcement.
\`check\` warns about conditions that nothing can pass (\`publisher: "upbit, bithumb"\`, \`title: { matches: "/KRW/i" }\`) and counts the rules that can never match. With \`--strict\` a warning is a failure (exit code 1).
`;

export function configReference(): string {
  const whole = keysOf(configSchema);
  const under = (prefix: string) =>
    whole
      .filter(({ path }) => path.startsWith(prefix))
      .map((key) => ({ ...key, path: key.path.slice(prefix.length) }));
  const byType = DESTINATION_TYPES.map((name, index) => {
    const schema = destinationOptions.options[index];
    return { name, keys: schema === undefined ? [] : keysOf(schema) };
  });
  const common = commonKeys(byType.map(({ keys }) => keys));
  const isCommon = (path: string) => path === 'type' || common.some((key) => key.path === path);

  return [
    INTRODUCTION,
    section(
      'feeds',
      'A list: where announcements come from. With several, the first copy counts.',
      under('feeds[].'),
    ),
    section(
      'destinations',
      'A mapping: a name of yours (1 to 40 letters, digits, dots, dashes, underscores), then `type` and its options. Every type has these:',
      common,
    ),
    ...byType.map(({ name, keys }) =>
      section(
        `destinations, type: ${name}`,
        TYPE_NOTES[name],
        keys.filter(({ path }) => !isCommon(path)),
      ),
    ),
    section(
      'rules',
      'A list, asked from the top. A destination gets an announcement once, by the first rule that names it.',
      under('rules[].'),
    ),
    CONDITIONS,
    section(
      'templates',
      'A mapping: a name of yours, then the texts. A rule asks for one with `send: [{ to: destination, template: name }]`.',
      keysOf(templateOptions),
    ),
    `Liquid can name: ${[...variablesOf('ticker')].map(([name, shape]) => variable(name, shape)).join(', ')}. Anything else is an error at \`check\`.\n`,
    TEMPLATE_NOTES,
    section(
      'alerts',
      'What the bridge says about itself: when a feed, a key, a destination, the store or the config is not well, once, again every six hours, and when it is over. Never an order: a webhook gets it as JSON with `type: "alert"`, whatever its `body`.',
      under('alerts.'),
    ),
    section('store', 'What was received and sent, on disk.', under('store.')),
    section('server', '`/healthz` and `/readyz`. `server: false` switches it off.', under('server.')),
    section('log', 'On standard error.', under('log.')),
    section(
      'At the top level',
      'Beside the sections above.',
      whole.filter(({ path }) => ['dedupeWindow', 'shutdownTimeout'].includes(path)),
    ),
  ].join('\n');
}

/** Those that every type has; where types differ in a default, it says which has which. */
function commonKeys(types: readonly (readonly Key[])[]): Key[] {
  const [first = [], ...others] = types;
  return first
    .filter(({ path }) => path !== 'type' && others.every((keys) => keys.some((key) => key.path === path)))
    .filter(({ path, meaning }) =>
      others.every((keys) => keys.find((key) => key.path === path)?.meaning === meaning),
    )
    .map((key) => {
      const fallbacks = types.map((keys) => keys.find(({ path }) => path === key.path)?.fallback ?? '');
      const differ = new Set(fallbacks).size > 1;
      const named = fallbacks.map((fallback, index) => `${DESTINATION_TYPES[index]} ${fallback}`);
      return differ ? { ...key, fallback: named.join(', ') } : key;
    });
}

function section(title: string, text: string, keys: readonly Key[]): string {
  const rows = keys.map(
    ({ path, type, fallback, meaning, required }) =>
      `| \`${path}\` | ${type} | ${required ? '**required**' : fallback} | ${meaning} |`,
  );
  const escaped = rows.map((row) => row.replaceAll('<', '&lt;'));
  return `## ${title}\n\n${text}\n\n| key | type | default | meaning |\n|---|---|---|---|\n${escaped.join('\n')}\n`;
}

const variable = (name: string, shape: unknown) =>
  Array.isArray(shape)
    ? shape.map((member) => `\`${name}.${member}\``).join(', ')
    : shape === 'any'
      ? `\`${name}.*\``
      : `\`${name}\``;
