/** The rows of all nodes for an export, piece by piece from each. */
import type { ExportLook, ExportRequest, ExportRow, StoreAnswer } from '../outbox/deliveries.ts';
import { StoreError } from '../outbox/store-errors.ts';
import type { Gathering, Of } from './gathering.ts';
import { byTime, once, type RowOfNode } from './once.ts';

type Asked = Omit<ExportRequest, 'after'>;

/** Of each node that answers; of one that answers no longer the rest is missing, which the gathering reports. Throws `StoreError` for this node's store. */
export async function* rowsOfAll(gathering: Gathering, request: Asked): AsyncGenerator<RowOfNode, void> {
  const looks = unwrapped(await gathering.all<ExportLook>('rows', [request], (local) => local.rows(request)));
  const sources = looks.map(({ node, value }) => ({
    node,
    value: rowsFrom(gathering, node, request, value),
  }));
  yield* once(byTime(sources), new Set(looks.map(({ node }) => node)));
}

async function* rowsFrom(
  gathering: Gathering,
  node: string,
  request: Asked,
  first: ExportLook,
): AsyncGenerator<readonly ExportRow[], void> {
  let look: ExportLook | undefined = first;
  while (look !== undefined) {
    yield look.rows;
    if (look.next === undefined) return;
    const more: ExportRequest = { ...request, after: look.next };
    const [next]: readonly Of<ExportLook>[] = unwrapped(
      await gathering.all<ExportLook>('rows', [more], (local) => local.rows(more), node),
    );
    look = next?.value;
  }
}

function unwrapped<Value>(answer: StoreAnswer<Value>): Value {
  if (!answer.ok) throw new StoreError(answer.message);
  return answer.value;
}
