/**
 * The destinations of a config, made ready at load: every template compiled, every limit known. Opening them
 * (and so loading a platform's library) is apart, because the feed goes first.
 */
import type { DestinationBudgets } from '../delivery/budget-book.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { RuleOptions } from '../routing/options.ts';
import { templatesUsedBy } from '../routing/templates-used.ts';
import type { TemplateOptions } from '../templates/template.ts';
import type { CommonOptions } from './common-options.ts';
import type { Destination, DestinationDeps, DestinationType, Render } from './destination.ts';
import { type DestinationOptions, typeOf } from './index.ts';

export interface PreparedDestination {
  readonly name: string;
  readonly options: DestinationOptions;
  /** One delivery for each ticker. */
  readonly forEachTicker: boolean;
  /** Under `forEachTicker`, most deliveries of one announcement. */
  readonly maxTickers?: number;
  /** Throws on a template's run-time fault, and when the template has left the config since. */
  render(delivery: Delivery): unknown;
  /** The form to fall back to, where one is better than nothing: a chat. An order in another form than asked for is not. */
  readonly renderDefault: ((delivery: Delivery) => unknown) | undefined;
  readonly limits: DestinationBudgets;
  open(deps: Omit<DestinationDeps, 'name'>): Promise<Destination<unknown>>;
}

/** The parts of a config that decide what destinations there are and what they say. */
export interface PrepareOptions {
  readonly destinations: Readonly<Record<string, DestinationOptions>>;
  readonly templates: Readonly<Record<string, TemplateOptions>>;
  readonly rules: readonly RuleOptions[];
}

/** Templates are compiled for the destinations that get them; throws on one that does not compile (`check` has reported those). */
export function prepareDestinations({
  destinations,
  templates,
  rules,
}: PrepareOptions): PreparedDestination[] {
  const used = templatesUsedBy(rules);
  return Object.entries(destinations).map(([name, options]) => {
    const type = typeOf(options);
    return {
      name,
      options,
      forEachTicker: options.type === 'webhook' && options.forEach === 'ticker',
      ...(options.type === 'webhook' && { maxTickers: options.maxTickers }),
      ...renderers(type, options, templates, used(name)),
      limits: type.budgets(options),
      open: (deps) => type.open(options, { ...deps, name }),
    };
  });
}

function renderers(
  type: DestinationType<CommonOptions, unknown>,
  options: DestinationOptions,
  templates: Readonly<Record<string, TemplateOptions>>,
  used: Iterable<string>,
): Pick<PreparedDestination, 'render' | 'renderDefault'> {
  const standard = type.compile(options, undefined);
  const compiled = new Map<string, Render<unknown>>();
  for (const name of used) compiled.set(name, type.compile(options, templates[name]));
  const formOf = (template: string | undefined): Render<unknown> => {
    const form = template === undefined ? standard : compiled.get(template);
    if (form === undefined) throw new Error(`the template ${template} is no longer in the config`);
    return form;
  };
  const render = ({ content, rule, ticker, template }: Delivery): unknown => {
    switch (content.kind) {
      case 'news':
        return formOf(template)({ announcement: content.announcement, rule, ticker });
      case 'alert':
        // Never given to a template or a body: it is no order.
        return type.renderAlert(options, content);
      default:
        return content satisfies never;
    }
  };
  const renderDefault = (delivery: Delivery) => render({ ...delivery, template: undefined });
  return { render, renderDefault: options.type === 'webhook' ? undefined : renderDefault };
}
