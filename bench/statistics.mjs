// Medians with their spread.

/** The value below which a part of the values lies. */
export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = part * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low] + (sorted[Math.ceil(at)] - sorted[low]) * (at - low);
}

/** Median and quartiles. */
export const spread = (values) => ({ median: quantile(values, 0.5), low: quantile(values, 0.25), high: quantile(values, 0.75), count: values.length });

/** The works of a round in an order that moves on by one each round, so that nobody is always first. */
export function* interleaved(rounds, works) {
  for (let round = 0; round < rounds; round += 1) {
    for (let step = 0; step < works.length; step += 1) yield works[(round + step) % works.length];
  }
}
