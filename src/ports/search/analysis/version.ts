/** Grows with every change of what the analysis makes of a text: indexes of before are built again. */
export const ANALYSIS_VERSION = 3
