namespace Herald.Client;

/// <summary>Which dead letters to redrive or to discard.</summary>
public sealed record DeadLetterSelection
{
    private DeadLetterSelection(DeadLetterSelectionBody body) => Body = body;

    /// <summary>All that there are.</summary>
    public static DeadLetterSelection All { get; } = new(new DeadLetterSelectionBody(null, null, true));

    internal DeadLetterSelectionBody Body { get; }

    /// <param name="ids">10,000 at most.</param>
    public static DeadLetterSelection Ids(IReadOnlyList<string> ids) => new(new DeadLetterSelectionBody(ids, null, null));

    /// <summary>All of one subscription.</summary>
    public static DeadLetterSelection OfSubscription(string subscription) => new(new DeadLetterSelectionBody(null, subscription, null));
}

internal sealed record DeadLetterSelectionBody(IReadOnlyList<string>? Ids, string? Subscription, bool? All);
