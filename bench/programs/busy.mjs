/** Work of a fixed size, the same in every process. */
export function busy(iterations) {
  let sum = 0;
  for (let index = 1; index <= iterations; index++) sum += Math.sqrt(index + sum);
  return sum;
}

/** How many iterations take `microseconds` on this machine while it is idle: the fastest of many tries. */
export function calibrate(microseconds) {
  const iterations = 1000;
  let fastestUs = Infinity;
  for (let attempt = 0; attempt < 3000; attempt++) {
    const start = performance.now();
    busy(iterations);
    fastestUs = Math.min(fastestUs, (performance.now() - start) * 1000);
  }
  return Math.round((microseconds / fastestUs) * iterations);
}
