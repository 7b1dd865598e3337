/**
 * The destinations of a config, made ready at load: every template compiled, every budget shared where the
 * platform shares it. Opening them (and so loading a platform's library) is apart, because the feed goes first.
 */

import { type Budget, type BudgetLimits, withBurst } from '../delivery/budget.ts';
import type { Budgets } from '../delivery/budgets.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { CommonOptions } from './common-options.ts';
import type {
  Destination,
  DestinationDeps,
  DestinationType,
  Render,
  TemplateOptions,
} from './destination.ts';
import { type DestinationOptions, typeOf } from './index.ts';

export interface PreparedDestination {
  readonly name: string;
  readonly options: DestinationOptions;
  /** One delivery for each ticker. */
  readonly forEachTicker: boolean;
  /** Throws on a template's run-time fault, and when the template has left the config since. */
  render(delivery: Delivery): unknown;
  /** The form to fall back to, where one is better than nothing: a chat. An order in another form than asked for is not. */
  readonly renderDefault: ((delivery: Delivery) => unknown) | undefined;
  readonly ownBudget: Budget;
  readonly sharedBudgets: ReadonlyMap<string, Budget>;
  open(deps: Omit<DestinationDeps, 'name'>): Promise<Destination<unknown>>;
}

/** `templates` are compiled for every destination; `check` has reported what does not compile where it is used. */
export function prepareDestinations(
  destinations: Readonly<Record<string, DestinationOptions>>,
  templates: Readonly<Record<string, TemplateOptions>>,
  used: (destination: string) => Iterable<string>,
  budgets: Budgets,
): PreparedDestination[] {
  return Object.entries(destinations).map(([name, options]) => {
    const type = typeOf(options);
    const limits = type.budgets(options);
    return {
      name,
      options,
      forEachTicker: options.type === 'webhook' && options.forEach === 'ticker',
      ...renderers(type, options, templates, used(name)),
      ownBudget: budgets.own(name, ownLimits(options, limits.own)),
      sharedBudgets: new Map(
        limits.shared.map((spec) => [spec.key, budgets.shared(spec.key, spec.limits, name, spec.strikes)]),
      ),
      open: (deps) => type.open(options, { ...deps, name }),
    };
  });
}

/** What the user says replaces the platform's limit for this destination. */
function ownLimits({ rateLimit }: CommonOptions, platform: readonly BudgetLimits[]): readonly BudgetLimits[] {
  return rateLimit === undefined ? platform : [withBurst(rateLimit.limit, rateLimit.per, rateLimit.burst)];
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
  const renderDefault = (delivery: Delivery) => standard(delivery);
  return {
    renderDefault: options.type === 'webhook' ? undefined : renderDefault,
    render(delivery) {
      if (delivery.template === undefined) return standard(delivery);
      const render = compiled.get(delivery.template);
      if (render === undefined)
        throw new Error(`the template ${delivery.template} is no longer in the config`);
      return render(delivery);
    },
  };
}
