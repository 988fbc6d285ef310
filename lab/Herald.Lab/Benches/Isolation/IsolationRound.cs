using Herald.Lab.Benches.Traffic;

namespace Herald.Lab.Benches.Isolation;

/// <param name="All">Of both healthy subscriptions; of keys that are not hot.</param>
/// <param name="First">Of the subscription that poison keys are of.</param>
/// <param name="Waited">The part of the round in which something on the machine waited for a processor; null where the kernel does not tell.</param>
internal sealed record IsolationRound(Latencies All, Latencies First, double? Waited);
