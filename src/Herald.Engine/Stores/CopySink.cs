namespace Herald.Engine.Stores;

/// <summary>Keeps a copy of the one event that was asked for.</summary>
internal sealed class CopySink : IEventSink
{
    public byte[]? Record { get; private set; }

    public void OnEvent(long sequence, ReadOnlySpan<byte> record) => Record = record.ToArray();
}
