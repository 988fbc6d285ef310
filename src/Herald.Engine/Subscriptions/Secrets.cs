namespace Herald.Engine.Subscriptions;

/// <summary>The secret of an endpoint as raw bytes. During a rotation the one before it is valid too.</summary>
public sealed record Secrets(ReadOnlyMemory<byte> Current, ReadOnlyMemory<byte> Previous, DateTimeOffset? PreviousUntil)
{
    public static readonly Secrets None = new(default, default, null);

    public bool AreNone => Current.IsEmpty;

    /// <summary>Never the secrets themselves: what is logged must not contain them.</summary>
    public override string ToString() => AreNone ? "none" : "(hidden)";
}
