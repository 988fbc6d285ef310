namespace Herald.Engine.Stores;

/// <summary>Keeps a copy of the one event that was asked for.</summary>
internal sealed class CopySink : IEventSink
{
    public byte[]? Record { get; private set; }

    /// <summary>Why there is nothing to copy; null where there is no such event, or it was copied.</summary>
    public string? Damage { get; private set; }

    public void OnEvent(long sequence, ReadOnlySpan<byte> record) => Record = record.ToArray();

    public void OnDamaged(long sequence, string damage) => Damage = damage;
}
