/** Services that take only a form of their own, known by their addresses: what a webhook sends there as it is, they refuse. */
import type { DestinationOptions } from '../destinations/common-options.ts';
import { Secret } from '../platform/secret.ts';
import type { Finding } from './problem.ts';
import type { ConfigSections } from './sections.ts';
import { namesIn } from './targets.ts';

interface Service {
  readonly name: string;
  isAt(url: URL): boolean;
  /** How it takes the default JSON. */
  readonly takes: string;
  readonly body: string;
}

const TEXT_FIELD = 'body: { text: "{{ title }}" }';

const SERVICES: readonly Service[] = [
  {
    name: 'Slack',
    // https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
    isAt: ({ hostname }) => /^hooks\.slack(-gov)?\.com$/i.test(hostname),
    takes: 'refuses',
    body: TEXT_FIELD,
  },
  {
    name: 'ntfy',
    // https://docs.ntfy.sh/publish/: at the root JSON needs a topic, at a topic it is shown as it is.
    isAt: ({ hostname }) => /(^|\.)ntfy(\.|$)/i.test(hostname),
    takes: 'refuses, or shows as it is,',
    body: 'body: "{{ title }}", with the topic in `url`',
  },
  {
    name: 'Mattermost',
    // A key of 26 letters and digits: https://developers.mattermost.com/integrate/webhooks/incoming/
    isAt: ({ pathname }) => /\/hooks\/[a-z0-9]{26}$/.test(pathname),
    takes: 'refuses',
    body: TEXT_FIELD,
  },
];

/** `undefined`: it is none of them, or an address cannot be read from it. */
export function serviceOf(options: DestinationOptions | undefined): Service | undefined {
  if (options?.type !== 'webhook' || !('url' in options) || !(options.url instanceof Secret))
    return undefined;
  const address = options.url.reveal();
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  return SERVICES.find((service) => service.isAt(url));
}

/** News that would be sent in the default form. */
export function* ownForms(parts: ConfigSections): Iterable<Finding> {
  const { destinations, rules, templates } = parts;
  const without = new Map(
    [...destinations].flatMap(([name, options]) => {
      const service = hasNoBody(options) ? serviceOf(options) : undefined;
      return service === undefined ? [] : [[name, service] as const];
    }),
  );
  if (without.size === 0) return;
  const names = namesIn(parts);
  const used = new Set<string>();
  // Rules that send to a group share one list.
  for (const { to, template } of [...new Set(rules.map((rule) => rule?.send ?? []))].flat())
    if (template === undefined || !hasForm(templates.get(template)))
      for (const name of names.find(to) ?? []) used.add(name);
  for (const [name, { name: service, takes, body }] of without)
    if (used.has(name))
      yield {
        path: ['destinations', name, 'url'],
        message: `this is ${service}, which ${takes} the JSON that a webhook without \`body\` gets`,
        hint: `write ${body}`,
      };
}

const hasNoBody = (options: DestinationOptions | undefined): boolean =>
  options !== undefined && (!('body' in options) || options.body === undefined || options.body === null);

/** One that is broken may have it. */
const hasForm = (template: { readonly body?: unknown; readonly text?: unknown } | undefined): boolean =>
  template === undefined || template.body !== undefined || template.text !== undefined;
