namespace Herald.Contracts.Stores.Histories;

/// <summary>What a store under histories is set to.</summary>
/// <param name="Open">A new, empty one.</param>
/// <param name="DeadLetterBytes">What it keeps of dead letters.</param>
public sealed record StoreFacts(Func<StoreHarness> Open, long DeadLetterBytes)
{
    // What stores keep unless they are set to something else.
    public static readonly TimeSpan DuplicateWindow = TimeSpan.FromHours(24);
    public static readonly TimeSpan DeadLetterRetention = TimeSpan.FromDays(30);
    public static readonly TimeSpan RetainFor = TimeSpan.FromDays(7);
    public static readonly TimeSpan HistoryAge = TimeSpan.FromDays(7);

    public int Histories { get; init; } = 1;
    public int Steps { get; init; } = 1_500;

    /// <summary>It is bounded so closely that now and then there is no room, and frees what is settled at any moment.</summary>
    public bool IsShort { get; init; }

    /// <summary>That an event has at least.</summary>
    public int ContentBytes { get; init; } = 10;

    /// <summary>Situations that some history must reach, or it proves nothing.</summary>
    public IEnumerable<string> Expected =>
    [
        "Accepted", "Duplicate", "Conflict", "source replayed", "commit repeated", "owner of before refused", "catalog changed",
        "catalog conflict", "discarded", "redriven", "reopened", "freed", .. IsShort ? (string[])["NoRoom"] : [],
    ];
}
