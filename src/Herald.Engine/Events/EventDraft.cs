namespace Herald.Engine.Events;

/// <summary>The unchecked input of a publisher for one event, in UTF-8.</summary>
public ref struct EventDraft
{
    /// <summary>Empty when <see cref="HasId"/> is false. Herald then makes an id, and the event is not deduplicated.</summary>
    public ReadOnlySpan<byte> Id;
    public bool HasId;
    public ReadOnlySpan<byte> Key;
    public bool HasKey;
    public ReadOnlySpan<byte> Type;

    /// <summary>Empty means <c>application/json</c>.</summary>
    public ReadOnlySpan<byte> ContentType;
    public ReadOnlySpan<byte> Payload;

    /// <summary>See <see cref="Events.EventView.KeyId"/>.</summary>
    internal int KeyId;

    /// <summary>The publisher's <c>traceparent</c>, or empty.</summary>
    public ReadOnlySpan<byte> Trace;

    /// <summary>The publisher's time; null means the time of acceptance.</summary>
    public long? TimeMs;

    /// <summary>Null means none.</summary>
    public AttributeBuffer? Attributes;

    /// <summary>Not an event, but a message that could not be read as one (see <see cref="RejectedDraft"/>).</summary>
    internal bool IsRejected;

    /// <summary>Made inside a commit (see <see cref="Events.EventFlags.Emitted"/>). Its id is only for display.</summary>
    internal bool IsEmitted;

    /// <summary>See <see cref="Events.EventView.Hops"/>.</summary>
    internal int Hops;
}
