namespace Herald.Engine.Catalogs;

/// <summary>Where a new subscription, or a replay, begins.</summary>
public abstract record StartFrom
{
    private StartFrom() { }

    /// <summary>With the first event accepted after the change.</summary>
    public sealed record Now : StartFrom;

    /// <summary>With the oldest event still kept.</summary>
    public sealed record Earliest : StartFrom;

    /// <summary>With the first event accepted at or after the time.</summary>
    public sealed record Time(DateTimeOffset At) : StartFrom;

    /// <summary>With this sequence in every shard.</summary>
    public sealed record Sequence(long At) : StartFrom;
}
