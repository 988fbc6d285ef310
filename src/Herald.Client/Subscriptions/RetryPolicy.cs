namespace Herald.Client;

/// <summary>
/// When a failed delivery is tried again, and what happens when that is used up. In a definition, null means the default; docs/api.md has
/// the defaults.
/// </summary>
public sealed record RetryPolicy
{
    /// <summary><c>exponential</c> or <c>schedule</c>.</summary>
    public string? Strategy { get; init; }

    /// <summary>For <c>exponential</c>: short waits before <see cref="Base"/>.</summary>
    public IReadOnlyList<TimeSpan>? First { get; init; }

    /// <summary>For <c>exponential</c>: the wait that grows.</summary>
    public TimeSpan? Base { get; init; }

    /// <summary>For <c>exponential</c>: what each wait is multiplied with.</summary>
    public double? Factor { get; init; }

    /// <summary>For <c>exponential</c>: the longest wait.</summary>
    public TimeSpan? Cap { get; init; }

    /// <summary>For <c>schedule</c>: the waits. The last one repeats.</summary>
    public IReadOnlyList<TimeSpan>? Schedule { get; init; }

    /// <summary>0.2 spreads each wait over 80 % to 120 % of itself.</summary>
    public double? Jitter { get; init; }
    public int? MaxAttempts { get; init; }

    /// <summary>How long after its first attempt a delivery is still tried. <see cref="Timeout.InfiniteTimeSpan"/> for no bound.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>How long after its acceptance an event is worth sending.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary><c>deadLetter</c>, <c>hold</c> or <c>forward</c>.</summary>
    public string? OnExhausted { get; init; }

    /// <summary>For <c>forward</c>: the other topic.</summary>
    public string? ForwardTo { get; init; }
}
