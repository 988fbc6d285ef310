namespace Herald.Engine.Subscriptions;

/// <summary>Signing keys as raw bytes. During a rotation both sign.</summary>
public sealed record Secrets(ReadOnlyMemory<byte> Current, ReadOnlyMemory<byte> Previous, DateTimeOffset? PreviousUntil)
{
    public static readonly Secrets None = new(default, default, null);
}
