/** The value below which `fraction` of the sorted samples lie. */
export function quantile(samples, fraction) {
  const sorted = Float64Array.from(samples).sort();
  if (sorted.length === 0) return undefined;
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))];
}

export function median(samples) {
  const sorted = Float64Array.from(samples).sort();
  if (sorted.length === 0) return undefined;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median, smallest and largest. */
export function summarize(samples) {
  return samples.length === 0
    ? undefined
    : { median: median(samples), min: Math.min(...samples), max: Math.max(...samples), samples: samples.length };
}
