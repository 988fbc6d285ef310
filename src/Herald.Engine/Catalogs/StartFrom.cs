namespace Herald.Engine.Catalogs;

/// <summary>The place where a new subscription or a replay begins.</summary>
public abstract record StartFrom
{
    private StartFrom() { }

    /// <summary>At the first event accepted after the change.</summary>
    public sealed record Now : StartFrom;

    /// <summary>At the oldest event still kept.</summary>
    public sealed record Earliest : StartFrom;

    /// <summary>At the first event accepted at or after the time.</summary>
    public sealed record Time(DateTimeOffset At) : StartFrom;

    /// <summary>At this sequence in every shard.</summary>
    public sealed record Sequence(long At) : StartFrom;
}
