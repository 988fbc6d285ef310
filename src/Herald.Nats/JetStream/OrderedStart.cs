namespace Herald.Nats.JetStream;

/// <summary>Where a reader in order begins.</summary>
/// <param name="Subjects">Only messages to one of these; none for all of the stream.</param>
/// <param name="Sequence">Of the stream, from 1 on. Where it is kept no more, the next one that is.</param>
public sealed record OrderedStart(IReadOnlyList<string> Subjects, long Sequence)
{
    /// <summary>What is not acknowledged for so long is delivered again, which ends a reader in order.</summary>
    public TimeSpan AckWait { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A consumer that nobody has asked for so long goes: its reader was killed.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(1);
}
