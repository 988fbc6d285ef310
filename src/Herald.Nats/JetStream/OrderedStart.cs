namespace Herald.Nats.JetStream;

/// <summary>Where an <see cref="OrderedReader"/> begins.</summary>
/// <param name="Subjects">Only messages to one of these are read; empty for all messages of the stream.</param>
/// <param name="Sequence">The sequence in the stream, from 1 on. If the stream no longer has it, the next one that it has.</param>
public sealed record OrderedStart(IReadOnlyList<string> Subjects, long Sequence)
{
    /// <summary>A message that is not acknowledged for this time is delivered again, which ends the reader.</summary>
    public TimeSpan AckWait { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The server removes a consumer from which no client has requested messages for this time: its reader was killed.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(1);
}
