namespace Herald.Engine.Basics;

/// <summary>Bounds of an event. docs/limits.md lists every bound.</summary>
public sealed record IntakeOptions
{
    [Setting("The largest payload of an event; a larger one is refused.", IsBytes = true, Least = "1", Most = "16MiB")]
    public int MaxPayloadBytes { get; init; } = 1 << 20;

    [Setting("How many events one request can publish.", Least = "1", Most = "100000")]
    public int MaxBatchEvents { get; init; } = 10_000;

    internal const int MaxIdBytes = 255;
    internal const int MaxKeyBytes = 1024;
    internal const int MaxTypeBytes = 255;
    internal const int MaxContentTypeBytes = 255;
    internal const int MaxTraceBytes = 255;
    internal const int MaxAttributes = 50;
    internal const int MaxAttributeBytes = 4096;
}
