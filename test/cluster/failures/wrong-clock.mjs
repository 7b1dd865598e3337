/** For `--import`: the wall clock of this process is wrong by `WALL_AHEAD_MS`. What it measures spans with is right. */
const aheadMs = Number(process.env.WALL_AHEAD_MS);
const { now } = Date;
Date.now = () => now() + aheadMs;
