/**
 * The destinations of a config, made ready at load: every template compiled, every limit known. Opening them
 * (and so loading a platform's library) is apart, because the feed goes first.
 */
import type { DestinationBudgets } from '../delivery/budget-book.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { compileExtracts, type ExtractOptions } from '../matching/extract.ts';
import type { TableOf } from '../matching/table.ts';
import { type Steps, whole } from '../platform/steps.ts';
import type { Remark } from '../remark.ts';
import { mannersOf, templatesUsedBy } from '../routing/forms-used.ts';
import type { Manner, RuleOptions } from '../routing/options.ts';
import type { TemplateOptions } from '../templates/template.ts';
import type { TitleParts } from '../templates/variables.ts';
import type { DestinationOptions } from './common-options.ts';
import type { Destination, DestinationDeps, Render, RequestPreview } from './destination.ts';
import { destinationTypes } from './index.ts';
import type { InquireDeps } from './inquire.ts';
import type { Look } from './look.ts';
import { type AnyDestinationType, type DestinationRegistry, typeOf } from './registry.ts';

export interface PreparedDestination {
  readonly name: string;
  readonly options: DestinationOptions;
  /** A program may act on what it gets. */
  readonly takesOrders: boolean;
  /** `DestinationType.takenBody` */
  readonly takenBody: string;
  /** One delivery for each ticker. */
  readonly forEachTicker: boolean;
  /** Under `forEachTicker`, most deliveries of one announcement. */
  readonly maxTickers?: number;
  /** Throws on a template's run-time fault, and when the template has left the config since. */
  render(delivery: Delivery): unknown;
  /** The same for a made-up announcement, in whose title an order may miss what it asks for. */
  rehearse?(delivery: Delivery): unknown;
  /** The form to fall back to, where one is better than nothing: a chat. An order in another form than asked for is not. */
  readonly renderDefault: ((delivery: Delivery) => unknown) | undefined;
  /** The request that a message becomes, for people. */
  preview(message: unknown): RequestPreview;
  /** The message as people see it, from the `body` of its preview; absent: it is for programs. */
  look?(body: unknown): Look;
  readonly limits: DestinationBudgets;
  open(deps: Omit<DestinationDeps, 'name'>): Promise<Destination<unknown>>;
  /** `DestinationType.inquire` */
  inquire(deps: InquireDeps): Promise<readonly Remark[]>;
}

/** The parts of a config that decide what destinations there are and what they say. */
export interface PrepareOptions {
  readonly destinations: Readonly<Record<string, DestinationOptions>>;
  readonly templates: Readonly<Record<string, TemplateOptions>>;
  readonly rules: readonly RuleOptions[];
  /** Parts of titles that templates name; absent: none. */
  readonly extract?: Readonly<Record<string, ExtractOptions>> | undefined;
  /** Absent: those of the program. */
  readonly types?: DestinationRegistry | undefined;
  /** Those that templates look into; absent: none. */
  readonly tableOf?: TableOf | undefined;
}

/** Templates are compiled for the destinations that get them; throws on one that does not compile (`check` has reported those). */
export const prepareDestinations = (options: PrepareOptions): PreparedDestination[] =>
  whole(destinationsInSteps(options));

/** The same, a destination in a step. */
export function* destinationsInSteps({
  destinations,
  templates,
  rules,
  extract = {},
  types = destinationTypes,
  tableOf,
}: PrepareOptions): Steps<PreparedDestination[]> {
  const used = templatesUsedBy(rules);
  const extracts = compileExtracts(extract);
  const manners = mannersOf(rules);
  const prepared: PreparedDestination[] = [];
  for (const [name, options] of Object.entries(destinations)) {
    yield;
    const type = typeOf(options, types);
    const { form, perTicker, takenBody } = type;
    // A message may have a blank; an order must not.
    const titleParts = extracts.size === 0 ? undefined : { extracts, isStrict: form === 'order' };
    const renderers = compiled(type, options, templates, used(name), manners(name), titleParts, tableOf);
    prepared.push({
      ...{ name, options, takesOrders: form === 'order', takenBody },
      forEachTicker: perTicker && options.forEach === 'ticker',
      ...(perTicker && options.maxTickers !== undefined && { maxTickers: options.maxTickers }),
      ...renderers,
      preview: (message) => type.preview(options, message),
      ...(type.look !== undefined && { look: type.look }),
      limits: type.budgets(options),
      open: (deps) => type.open(options, { ...deps, name }),
      inquire: (deps) => type.inquire(options, deps),
    });
  }
  return prepared;
}

interface Forms {
  readonly standard: Render<unknown>;
  readonly written: ReadonlyMap<string, Render<unknown>>;
}

const formsOf = (
  type: AnyDestinationType,
  options: DestinationOptions,
  templates: Readonly<Record<string, TemplateOptions>>,
  used: ReadonlySet<string>,
): Forms => ({
  standard: type.compile.news(options, undefined),
  written: new Map(Array.from(used, (name) => [name, type.compile.news(options, templates[name])])),
});

function compiled(
  type: AnyDestinationType,
  options: DestinationOptions,
  templates: Readonly<Record<string, TemplateOptions>>,
  used: ReadonlySet<string>,
  manners: ReadonlyMap<string, Manner>,
  titleParts: TitleParts | undefined,
  tableOf: TableOf | undefined,
): Pick<PreparedDestination, 'render' | 'rehearse' | 'renderDefault'> {
  const alertForm = type.compile.alert(options, undefined);
  const usual = formsOf(type, options, templates, used);
  const byManner = new Map<string, Forms>();
  const byRule = new Map<string, Forms>();
  // Thousands of rules may want the same manner.
  for (const [rule, manner] of manners) {
    const key = JSON.stringify(manner);
    const forms = byManner.get(key) ?? formsOf(type, { ...options, ...manner }, templates, used);
    byManner.set(key, forms);
    byRule.set(rule, forms);
  }
  const formOf = (rule: string, template: string | undefined): Render<unknown> => {
    const forms = byRule.size === 0 ? usual : (byRule.get(rule) ?? usual);
    const form = template === undefined ? forms.standard : forms.written.get(template);
    if (form === undefined) throw new Error(`the template ${template} is no longer in the config`);
    return form;
  };
  const renderWith =
    (parts: TitleParts | undefined) =>
    ({ content, rule, ticker, template }: Delivery): unknown => {
      switch (content.kind) {
        case 'news':
          // An order for no ticker is an order for anything.
          if (options.forEach !== undefined && ticker === undefined)
            throw new Error('forEach: ticker, but this delivery has no ticker');
          return formOf(
            rule,
            template,
          )({ announcement: content.announcement, rule, ticker, titleParts: parts, tableOf });
        case 'alert':
          return alertForm(content);
        default:
          return content satisfies never;
      }
    };
  const render = renderWith(titleParts);
  const rehearse = titleParts?.isStrict ? renderWith({ ...titleParts, isStrict: false }) : undefined;
  const renderDefault = (delivery: Delivery) => render({ ...delivery, template: undefined });
  return {
    render,
    ...(rehearse && { rehearse }),
    renderDefault: type.form === 'order' ? undefined : renderDefault,
  };
}
