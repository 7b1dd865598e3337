/** The node that a config makes of this bridge. */
import type { Clustering, ClusteringDeps } from './clustering.ts';

/** `undefined`: it is alone, and nothing of a database is loaded. */
export async function clusterOf(
  options: ClusteringDeps['options'] | undefined,
  deps: Omit<ClusteringDeps, 'options'>,
): Promise<Clustering | undefined> {
  if (options === undefined) return undefined;
  const { Clustering: Joining } = await import('./clustering.ts');
  return new Joining({ options, ...deps });
}
