namespace Herald.Contracts.Stores.Histories;

/// <summary>The settings of a store under histories.</summary>
/// <param name="Open">Opens a new, empty store.</param>
/// <param name="DeadLetterBytes">How many bytes of dead letters the store keeps.</param>
public sealed record StoreFacts(Func<StoreHarness> Open, long DeadLetterBytes)
{
    // The defaults of stores.
    public static readonly TimeSpan DuplicateWindow = TimeSpan.FromHours(24);
    public static readonly TimeSpan DeadLetterRetention = TimeSpan.FromDays(30);
    public static readonly TimeSpan RetainFor = TimeSpan.FromDays(7);
    public static readonly TimeSpan HistoryAge = TimeSpan.FromDays(7);

    public int Histories { get; init; } = 1;
    public int Steps { get; init; } = 1_500;

    /// <summary>The store's bounds are so small that now and then there is no room, and it frees what is settled at any moment.</summary>
    public bool IsShort { get; init; }

    /// <summary>The smallest size of an event's content.</summary>
    public int ContentBytes { get; init; } = 10;

    /// <summary>Situations that at least one history must reach. Otherwise the histories prove nothing.</summary>
    public IEnumerable<string> Expected =>
    [
        "Accepted", "Duplicate", "Conflict", "position that would fall", "commit repeated", "owner of before refused", "catalog changed",
        "catalog conflict", "discarded", "redriven", "reopened", "freed", .. IsShort ? (string[])["NoRoom"] : [],
    ];
}
