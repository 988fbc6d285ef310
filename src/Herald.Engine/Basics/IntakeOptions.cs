namespace Herald.Engine.Basics;

/// <summary>Bounds of an event. docs/limits.md lists every bound.</summary>
public sealed record IntakeOptions
{
    /// <summary>Bytes of one payload. Default 1 MiB, range 1 byte to 16 MiB.</summary>
    public int MaxPayloadBytes { get; init; } = 1 << 20;

    /// <summary>Events in one batch. Default 10,000.</summary>
    public int MaxBatchEvents { get; init; } = 10_000;

    internal const int MaxIdBytes = 255;
    internal const int MaxKeyBytes = 1024;
    internal const int MaxTypeBytes = 255;
    internal const int MaxContentTypeBytes = 255;
    internal const int MaxTraceBytes = 255;
    internal const int MaxAttributes = 50;
    internal const int MaxAttributeBytes = 4096;
}
