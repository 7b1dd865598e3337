/** News for a service that takes only a form of its own, and would get the default form. */
import type { DestinationOptions } from '../destinations/common-options.ts';
import type { OwnFormService } from '../destinations/own-form.ts';
import type { DestinationRegistry } from '../destinations/registry.ts';
import type { Finding } from './problem.ts';
import type { ConfigSections } from './sections.ts';
import { namesIn } from './targets.ts';

/** `undefined`: it is none that is known. */
export const serviceOf = (
  options: DestinationOptions | undefined,
  types: DestinationRegistry,
): OwnFormService | undefined => options && types.get(options.type)?.ownFormService?.(options);

export function* ownForms(parts: ConfigSections): Iterable<Finding> {
  const { destinations, rules, templates, types } = parts;
  const without = new Map(
    [...destinations].flatMap(([name, options]) => {
      const service = hasNoBody(options) ? serviceOf(options, types) : undefined;
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
