/** Events of the cluster, as this node sees it. */
export type ClusterEvent =
  /** Once, until `cluster.reached`. `advice`: what to do. */
  | { readonly kind: 'cluster.unreachable'; readonly message: string; readonly advice: string }
  | { readonly kind: 'cluster.reached'; readonly afterMs: number }
  /** It sends everything from its own store: nobody else can; or `byWord`, nobody else runs. */
  | { readonly kind: 'cluster.alone'; readonly why: string; readonly byWord: boolean }
  | { readonly kind: 'cluster.not_alone' }
  | { readonly kind: 'cluster.taken'; readonly partitions: readonly number[] }
  | { readonly kind: 'cluster.handed_over'; readonly partitions: readonly number[] }
  /** Somebody else has them; or nobody, and the leases ran out. */
  | { readonly kind: 'cluster.lost'; readonly partitions: readonly number[] }
  /** Another database answers, or an earlier state of the same one. */
  | { readonly kind: 'cluster.replaced'; readonly isSetBack: boolean }
  /** Two processes have this name. `standsBy`: this one takes nothing while the other lives. */
  | { readonly kind: 'cluster.name_taken'; readonly node: string; readonly standsBy: boolean }
  | { readonly kind: 'cluster.name_free'; readonly node: string }
  /** Configs or versions differ: every delivery is claimed before it is sent. */
  | { readonly kind: 'cluster.differs'; readonly nodes: readonly string[] }
  | { readonly kind: 'cluster.agrees' };
