/** Conditions of the bridge itself and its machine. */
import { type ConditionKind, notes } from './kind.ts';

const A_WHILE = () => 30_000;

/** A note about how things are, rather than about single events. */
const state = (starts: string, ends: string, advice: string) => ({
  ...notes(starts, advice, 'bridge'),
  counted: undefined,
  ends: () => ends,
});

export const OF_THE_BRIDGE = {
  store_broken: {
    severity: 'critical',
    about: 'bridge',
    unready: true,
    goneMs: A_WHILE,
    starts: () => 'the store cannot be written',
    ends: () => 'the store can be written again',
    advice:
      'Announcements are still sent, but pending deliveries exist only in memory: free or repair the disk before you restart the bridge.',
  },
  store_replaced: {
    severity: 'critical',
    about: 'bridge',
    counted: true,
    starts: () => 'the store was damaged or missing and has been replaced',
    ends: () => 'the store has not been replaced again',
    advice:
      'Everything that could be read from the old one was copied. Check the disk before it happens again.',
  },
  config_rejected: {
    severity: 'warning',
    about: 'bridge',
    unready: true,
    starts: () => 'the new config was rejected; the previous one stays in force',
    ends: () => 'the config on disk is in force',
    advice:
      'A restart would fail. `listing-bridge check` shows every problem; correct them and run `listing-bridge reload`.',
  },
  config_not_loaded: state(
    'the config on disk is not the one running',
    'the config on disk is the one running',
    'Run `listing-bridge reload` to apply it.',
  ),
  restart_needed: state(
    'a config change needs a restart',
    'every change of the config is in force',
    'Restart the bridge to apply it; every other change is in force.',
  ),
  store_refused: notes(
    'the store works and did not accept a row',
    'It is not stored, everything else is; it is lost at a restart. Please report it.',
    'bridge',
  ),
  clock_set_back: notes(
    'the clock of this machine was set back since the last run',
    'Ages and waits continue from where that run stopped. Set up time synchronisation.',
    'bridge',
  ),
  cluster_unreachable: {
    severity: 'critical',
    about: 'bridge',
    unready: true,
    starts: () => 'the database of the cluster does not answer',
    ends: () => 'the database of the cluster answers again',
    advice:
      'This node reads on and keeps everything in its own store; it sends for as long as nobody else can have taken over from it.',
  },
  cluster_alone: {
    severity: 'warning',
    about: 'bridge',
    starts: () => 'this node of the cluster is alone: it sends everything, from its own store',
    ends: () => 'this node of the cluster is no longer alone',
    advice:
      'Nobody takes over when it dies. Bring the database into order; a bridge that was started with `--alone` joins when it is started without. The cluster hears first of all that was sent meanwhile.',
  },
  cluster_replaced: {
    severity: 'critical',
    about: 'bridge',
    counted: true,
    ofAllNodes: true,
    starts: () => 'the database of the cluster is not the one of before, or in an earlier state',
    ends: () => 'the database of the cluster has not been replaced again',
    advice:
      'This node has written into it all that it knows; deliveries that only the old one knew of may be sent twice. Check why it was replaced.',
  },
  cluster_name_taken: {
    severity: 'critical',
    about: 'bridge',
    starts: () => 'another process has the name of this node',
    ends: () => 'no other process has the name of this node',
    advice: 'Give each node a name of its own (`cluster.node`). The one that started later sends nothing.',
  },
  cluster_differs: {
    ...state(
      'nodes of the cluster run another config or version',
      'all nodes of the cluster run the same config and version',
      'Until they are the same, each message is claimed in the database before it is sent, which takes some milliseconds. Bring the others to the same state.',
    ),
    ofAllNodes: true,
  },
  rehearsal_failed: notes(
    'the rehearsal failed',
    'Announcements are still sent; the first one after a silence takes some milliseconds longer. Please report it.',
    'bridge',
  ),
} as const satisfies Readonly<Record<string, ConditionKind>>;
