using Herald.Lab.Ledgers;

namespace Herald.Lab.Alarms;

/// <summary>
/// The digests that each user must get, and those that have come. Each must come at least once, its first receipt in order, and no other
/// digest may come.
/// </summary>
public sealed class DigestLedger(TimeProvider time)
{
    private const int KeptSamples = 5;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, User> _users = new(StringComparer.Ordinal);
    private readonly LatencyHistogram _latencies = new();
    private readonly List<string> _wrongSamples = [];

    public long Expected { get; private set; }
    public long Received { get; private set; }
    public long Repeats { get; private set; }
    public long Wrong { get; private set; }
    public long Missing => Expected - Received;

    /// <summary>Must be called before the digest is requested.</summary>
    public void Expect(string user, string digest)
    {
        lock (_lock)
        {
            if (!_users.TryGetValue(user, out var one))
                _users.Add(user, one = new User());
            one.Digests.Add((digest, time.GetTimestamp()));
            Expected++;
        }
    }

    public void Take(string user, string digest)
    {
        lock (_lock)
        {
            if (_users.TryGetValue(user, out var one))
            {
                if (one.Received < one.Digests.Count && one.Digests[one.Received].Digest == digest)
                {
                    _latencies.Record(time.GetElapsedTime(one.Digests[one.Received].AskedAt));
                    one.Received++;
                    Received++;
                    return;
                }
                if (one.Digests.FindIndex(0, one.Received, had => had.Digest == digest) >= 0)
                {
                    Repeats++;
                    return;
                }
            }
            Wrong++;
            if (_wrongSamples.Count < KeptSamples)
                _wrongSamples.Add(
                    $"{user}: received {digest}, expected "
                        + $"{(one is null ? "none" : string.Join(" or ", one.Digests.Skip(one.Received).Select(next => next.Digest).Take(1).DefaultIfEmpty("no further digest")))}");
        }
    }

    /// <summary>Some of the wrong digests, and some of the missing ones.</summary>
    public IReadOnlyList<string> Samples()
    {
        lock (_lock)
            return [.. _wrongSamples, .. _users.Where(user => user.Value.Received < user.Value.Digests.Count).Take(KeptSamples).Select(user => $"{user.Key}: has not received {user.Value.Digests[user.Value.Received].Digest}")];
    }

    /// <summary>The time from request to receipt within which this share of the digests came; null when none came.</summary>
    public double? Milliseconds(double share) => _latencies.Percentile(share)?.TotalMilliseconds;

    private sealed class User
    {
        public List<(string Digest, long AskedAt)> Digests { get; } = [];
        public int Received { get; set; }
    }
}
