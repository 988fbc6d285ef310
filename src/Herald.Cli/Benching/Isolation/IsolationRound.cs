using Herald.Cli.Benching.Traffic;

namespace Herald.Cli.Benching.Isolation;

/// <param name="All">Of both healthy subscriptions; of keys that are not hot.</param>
/// <param name="First">Of the subscription that poison keys are of.</param>
internal sealed record IsolationRound(Latencies All, Latencies First);
