/** Does something with each of them, in their order and so many at a time. False ends it: no other one is begun. */
export async function inLanes<T>(each: Iterable<T>, lanes: number, work: (one: T) => Promise<boolean>): Promise<void> {
  let isOver = false;
  const left = each[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (let next = left.next(); next.done !== true && !isOver; next = left.next()) {
      if (!(await work(next.value))) isOver = true;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
