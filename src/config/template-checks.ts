/** Compiles every form that will be used: each destination's default (or own body), and each template where a rule uses it. */
import { typeOf } from '../destinations/registry.ts';
import { templatesUsedBy } from '../routing/forms-used.ts';
import { TemplateProblem } from '../templates/problem.ts';
import type { Finding, Path } from './problem.ts';
import { labelled } from './schema-problems.ts';
import type { ConfigSections } from './sections.ts';

/** Of a destination that is not `sound`, only what its templates say is reported. */
export function* checkTemplates(parts: ConfigSections, sound: ConfigSections): Iterable<Finding> {
  const { destinations, rules, templates, types } = parts;
  const used = templatesUsedBy(rules.filter((rule) => rule !== undefined));
  for (const [name, options] of destinations) {
    if (options === undefined) continue;
    const isSound = sound.destinations.get(name) !== undefined;
    const own: Path = ['destinations', name];
    const { compile } = typeOf(options, types);
    yield* compileFault(() => compile.news(options, undefined), isSound, own);
    for (const templateName of used(name)) {
      const template = templates.get(templateName);
      if (template === undefined) continue;
      const forWhom = ` (template ${templateName} for ${name}, ${options.type})`;
      const compiled = () => compile.news(options, template);
      yield* compileFault(compiled, isSound, ['templates', templateName], forWhom);
    }
  }
}

function* compileFault(
  compile: () => unknown,
  isSound: boolean,
  path: Path,
  forWhom = '',
): Iterable<Finding> {
  try {
    compile();
  } catch (error) {
    if (error instanceof TemplateProblem) {
      const place = [...path, ...error.path];
      yield { path: place, within: error.place, message: labelled(place, error.reason) + forWhom };
    } else if (isSound) throw error;
  }
}
