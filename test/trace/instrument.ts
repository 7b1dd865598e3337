/**
 * Source text with a call at the start of every function: `__enter(7)`, where 7 stands for the function's name.
 * Positions of everything else on a line move; nothing else changes.
 */
import { parseSync } from 'rolldown/utils';

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);
const CLASSES = new Set(['ClassDeclaration', 'ClassExpression']);

/** `idOf`: of a function by its name, as `Class.method`, `outer/inner` or `outer/callee(…)`. */
export function instrument(fileName: string, code: string, idOf: (name: string) => number): string {
  const { program, errors } = parseSync(fileName, code);
  if (errors.length > 0) throw new Error(`${fileName}: ${errors[0]?.message}`);
  const insertions = functionsIn(program as unknown as Node, code).flatMap(({ name, body }) =>
    entering(body, `__enter(${idOf(name)})`),
  );
  insertions.sort((a, b) => b.at - a.at);
  let made = code;
  for (const { at, text } of insertions) made = made.slice(0, at) + text + made.slice(at);
  return made;
}

interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** Behind directives; an arrow function of an expression gets a pair. */
function entering(body: Node, call: string): readonly Insertion[] {
  if (body.type !== 'BlockStatement' && body.type !== 'FunctionBody')
    return [
      { at: body.start, text: `(${call},` },
      { at: body.end, text: ')' },
    ];
  const statements = body['body'] as readonly Node[];
  const directives = statements.filter(({ directive }) => typeof directive === 'string');
  return [{ at: directives.at(-1)?.end ?? body.start + 1, text: `;${call};` }];
}

interface Found {
  readonly name: string;
  readonly body: Node;
}

function functionsIn(program: Node, code: string): readonly Found[] {
  const found: Found[] = [];
  const textOf = ({ start, end }: Node) => code.slice(start, end);
  /** `hint`: the name that the place gives to a function or a class that stands there. */
  const nameOf = ({ id }: Node, outer: string, hint: string | undefined) => {
    const own = isNode(id) ? textOf(id) : (hint ?? '(…)');
    if (outer === '') return own;
    return own.startsWith('.') ? outer + own : `${outer}/${own}`;
  };
  const visit = (node: Node, outer: string, hint: string | undefined): void => {
    const isNamed = FUNCTIONS.has(node.type) || CLASSES.has(node.type);
    const name = isNamed ? nameOf(node, outer, hint) : outer;
    // Without a body: an abstract method, an overload.
    if (FUNCTIONS.has(node.type) && isNode(node['body'])) found.push({ name, body: node['body'] });
    for (const [key, value] of Object.entries(node))
      for (const one of [value].flat()) if (isNode(one)) visit(one, name, hintAt(node, key, textOf));
  };
  visit(program, '', undefined);
  return found;
}

function hintAt(node: Node, key: string, textOf: (node: Node) => string): string | undefined {
  const named = (name: unknown) => (isNode(name) ? textOf(name) : undefined);
  switch (node.type) {
    case 'MethodDefinition':
    case 'PropertyDefinition': {
      const kind = node['kind'] === 'get' || node['kind'] === 'set' ? ` (${node['kind']})` : '';
      return key === 'value' ? `.${named(node['key'])}${kind}` : undefined;
    }
    case 'Property':
      return key === 'value' ? named(node['key']) : undefined;
    case 'VariableDeclarator':
      return key === 'init' ? named(node['id']) : undefined;
    case 'AssignmentExpression':
      return key === 'right' ? named(node['left']) : undefined;
    case 'NewExpression':
    case 'CallExpression':
      return key === 'arguments' ? `${oneLine(named(node['callee']))}(…)` : undefined;
    case 'ParenthesizedExpression':
    case 'ConditionalExpression':
    case 'LogicalExpression':
    case 'TSAsExpression':
      return '(…)';
    default:
      return undefined;
  }
}

/** Long chains of calls by their last name. */
const oneLine = (callee: string | undefined): string =>
  callee === undefined || /[\s()]/.test(callee) ? `…${/[.]\w+$/.exec(callee ?? '')?.[0] ?? ''}` : callee;
