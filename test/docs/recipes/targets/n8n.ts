/** n8n with the workflow of docs/recipes: its webhook node, and what its next nodes let through. */
import type { StandInRequest } from '../../../../src/simulator/stand-in.ts';
import { read } from '../../comments.ts';
import { isText, momentOf, Refusal, startTarget, type Target } from './target.ts';

export interface WorkflowNode {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly typeVersion: number;
  readonly position: readonly number[];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly credentials?: unknown;
}

export interface Workflow {
  readonly name: string;
  readonly nodes: readonly WorkflowNode[];
  readonly connections: Readonly<
    Record<string, { readonly main: readonly (readonly { readonly node: string }[])[] }>
  >;
  readonly active: boolean;
}

export const workflow = JSON.parse(read('docs/recipes/n8n-workflow.json')) as Workflow;

/** Of the credential "Header Auth". */
export function startN8n(header: string, value: string): Promise<Target> {
  const trigger = workflow.nodes.find(({ type }) => type === 'n8n-nodes-base.webhook');
  const path = `/webhook/${String(trigger?.parameters['path'])}`;
  const seen = new Set<string>();
  const understand = (body: Readonly<Record<string, unknown>>, { headers }: StandInRequest) => {
    if (headers[header.toLowerCase()] !== value) throw new Refusal(403, 'Authorization data is wrong!');
    const started = (why: string) => new Refusal(200, { message: 'Workflow was started', ended: why });
    if (headers['x-listing-bridge-sample'] !== undefined) throw started('a sample');
    if (!((momentOf(headers['x-listing-bridge-expires']) ?? 0) > Date.now())) throw started('too late');
    const id = headers['webhook-id'];
    if (!isText(id) || seen.has(id)) throw started('seen before');
    seen.add(id);
    return { taken: String(body['title']), answer: { message: 'Workflow was started' } };
  };
  const notFound = { code: 404, message: 'The requested webhook "POST" is not registered.' };
  return startTarget('n8n', path, understand, new Refusal(404, notFound));
}
