/** Whether others have their turn while something long is made. */

/** The value, and how often the loop turned meanwhile. */
export async function turnsOf<Value>(make: () => Value | Promise<Value>): Promise<readonly [Value, number]> {
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const value = await make();
  isOver = true;
  return [value, turns];
}
