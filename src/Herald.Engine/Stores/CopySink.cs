namespace Herald.Engine.Stores;

/// <summary>Keeps a copy of the one event that was requested.</summary>
internal sealed class CopySink : IEventSink
{
    public byte[]? Record { get; private set; }

    /// <summary>Why there is no copy; null when the event was copied or does not exist.</summary>
    public string? Damage { get; private set; }

    public void OnEvent(long sequence, ReadOnlySpan<byte> record) => Record = record.ToArray();

    public void OnDamaged(long sequence, string damage) => Damage = damage;
}
