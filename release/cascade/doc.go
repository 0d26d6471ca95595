// Package cascade owns the mathematics of share chains: the forest of who
// passed to whom, every measure of a report (sizes, generations, structural
// virality, reproduction numbers, concentration, latencies, credit,
// dependence), a model of an audience that lives a campaign, and the forecast
// of what is still to come.
//
// It never reads a store, a clock or the network, draws no random number that
// was not handed to it, and imports nothing of this project: what goes in are
// rows of numbers, what comes out are numbers.
//
// # Units and words
//
//   - A node is a claimed viewer. Viewed is a mark on it. Positions are int32
//     indexes in arrival order; a parent always stands before its children.
//   - Instants are microseconds since the Unix epoch (int64); durations are
//     seconds (float64), so latencies can be compared with published ones.
//   - Depth counts the root as 0; Generation of a report is Depth + 1.
//   - A figure that does not exist (a ratio over nothing, the virality of one
//     viewer) is a nil pointer or ok = false, never 0.
//
// # Definitions
//
//   - Structural virality (Goel, Anderson, Hofman, Watts 2016): mean distance
//     over all ordered pairs, 2W/(n(n-1)), W the Wiener index: the sum over
//     edges of s(n-s), s the size of the branch below the edge. W is exact in
//     128 bits. SV* scales it between the star (0) and the chain (1), n >= 4.
//   - Cohort R: children per viewer, corrected for those too young to have
//     shared: Gamma(a + sum k, b + sum F(T - t)), F the CDF of latency. The
//     uncorrected mean is under half the truth in the first hour.
//   - R_t (Cori et al. 2013): births of a window over the births that the past
//     would give at R = 1. Closed R: (n-1-k_root)/(n-1), always below 1.
//   - Growth rate r: R E[e^(-r tau)] = 1 (Euler-Lotka); doubling = ln 2 / r.
//   - K = links per viewer x claims per link.
//   - Offspring: negative binomial of mean R and dispersion k,
//     Var = R + R²/k; extinction: smallest q = (1 + R(1-q)/k)^(-k).
//   - Gini over n values ascending: 2 sum(i x_i)/(n sum x) - (n+1)/n.
//   - Credit: last, first, linear (which is the Shapley value), geometric and
//     time decay; each adds up to the value of the views that have a parent.
//   - Dependence of a viewer: the others that no path from a seed reaches
//     without them (strict dominance), second exposures counted as paths.
//
// # Forecast
//
// The reach at the end of a window, from the rows up to now and nothing later:
// viewers below the seeds keep Gamma-Poisson rates Gamma(kappa + k,
// kappa/R + F(age)); the liveliest seeds follow template curves of finished
// campaigns, weighed by how alike they came so far; R's own posterior allows
// for heavy tails (variance over eight times the mean divides its evidence) and
// ends at 0.95; 400 futures over 40 bins give quantiles. Intervals are then
// widened, and the median shifted, by what forecasts of finished campaigns at
// the same elapsed part got wrong (split conformal, in ln): until a library has
// Trials they are the model's own and too narrow. Ages run on a clock that
// slows in sleepy hours of the week. Below 10 viewers there is no forecast;
// with P(R > 0.9) above 20 % only a lower bound.
package cascade
