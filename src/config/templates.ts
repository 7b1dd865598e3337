/** Compiles every form that will be used: each destination's default (or own body), and each template where a rule uses it. */
import { TemplateProblem } from '../destinations/destination.ts';
import { typeOf } from '../destinations/index.ts';
import { templatesUsedBy } from '../routing/templates-used.ts';
import type { Finding, Path } from './problem.ts';
import type { ConfigParts, DestinationOptions } from './schema.ts';

export function* checkTemplates({ destinations, rules, templates }: ConfigParts): Iterable<Finding> {
  const used = templatesUsedBy(rules.filter((rule) => rule !== undefined));
  for (const [name, options] of destinations) {
    if (options === undefined) continue;
    const own: Path = ['destinations', name];
    yield* compileFault(
      options,
      undefined,
      'body' in options && options.body !== undefined ? [...own, 'body'] : own,
    );
    for (const templateName of used(name)) {
      const template = templates.get(templateName);
      if (template === undefined) continue;
      const forWhom = ` (template ${templateName} for ${name}, ${options.type})`;
      yield* compileFault(options, template, ['templates', templateName], forWhom);
    }
  }
}

function* compileFault(
  options: DestinationOptions,
  template: Parameters<ReturnType<typeof typeOf>['compile']>[1],
  path: Path,
  forWhom = '',
): Iterable<Finding> {
  try {
    typeOf(options).compile(options, template);
  } catch (error) {
    if (!(error instanceof TemplateProblem)) throw error;
    yield { path: [...path, ...error.path], message: error.message + forWhom };
  }
}
