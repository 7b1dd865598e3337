/**
 * Renders a parsed template. The engine's limit is in wall time, which also passes while the machine gives this
 * process no turn: an order must not die of that, so what is over the limit gets a second chance. A runaway loop is
 * over it again.
 */
import type { Liquid, Template } from 'liquidjs';

/** Throws what the template does wrong on this scope. */
export function render(engine: Liquid, templates: Template[], scope: object): unknown {
  try {
    return engine.renderSync(templates, scope);
  } catch (error) {
    if (!(error instanceof Error && error.message.includes(OVER_THE_LIMIT))) throw error;
    return engine.renderSync(templates, scope);
  }
}

/** liquidjs has no class for it. */
const OVER_THE_LIMIT = 'template render limit exceeded';
