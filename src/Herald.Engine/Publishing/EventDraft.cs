namespace Herald.Engine.Publishing;

/// <summary>What a publisher gave for one event, unchecked, in UTF-8.</summary>
public ref struct EventDraft
{
    /// <summary>Empty with <see cref="HasId"/> false: Herald gives one and nothing is deduplicated.</summary>
    public ReadOnlySpan<byte> Id;
    public bool HasId;
    public ReadOnlySpan<byte> Key;
    public bool HasKey;
    public ReadOnlySpan<byte> Type;

    /// <summary>Empty: <c>application/json</c>.</summary>
    public ReadOnlySpan<byte> ContentType;
    public ReadOnlySpan<byte> Payload;

    /// <summary>The publisher's <c>traceparent</c>, or empty.</summary>
    public ReadOnlySpan<byte> Trace;

    /// <summary>The publisher's time; null for the time of acceptance.</summary>
    public long? TimeMs;

    /// <summary>Null for none.</summary>
    public AttributeBuffer? Attributes;

    /// <summary>No event, but a message that could not be read as one (see <see cref="Sources.Rejection"/>).</summary>
    internal bool IsRejected;

    /// <summary>Made inside a commit (see <see cref="Events.EventFlags.Emitted"/>): the id is one for people.</summary>
    internal bool IsEmitted;

    /// <summary>See <see cref="Events.EventView.Hops"/>.</summary>
    internal int Hops;
}
