/** Randomness that a seed repeats, for suites that know nothing of the product. */
export { createRandom, type Random } from '../runtime/seeded-random.ts'
