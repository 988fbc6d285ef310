using Herald.Lab.Benches.Traffic;

namespace Herald.Lab.Benches.Isolation;

/// <param name="All">The latencies of both healthy subscriptions, without hot keys.</param>
/// <param name="First">The latencies of the subscription that has the poison keys.</param>
/// <param name="Waited">
/// The share of the round in which some process on the machine waited for a processor; null when the kernel does not report it.
/// </param>
internal sealed record IsolationRound(Latencies All, Latencies First, double? Waited);
