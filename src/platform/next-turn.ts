/** Calls back in the next turn of the event loop, once sockets have been read and written: sooner than any timer. */
export const nextTurn = (callback: () => void): void => void setImmediate(callback);
