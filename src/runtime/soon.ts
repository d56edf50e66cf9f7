/** At once where it is known: a promise would cost every cached read. */
export type Soon<T> = T | Promise<T>
