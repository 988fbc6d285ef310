using Herald.Engine.Basics;
using Herald.Engine.Channels;
using Herald.Engine.Stores;

namespace Herald.Engine.Shards;

internal enum HistoryKind : byte
{
    // 1 to 3 were attempts and skips without a generation.
    Delivered = 4,
    Attempt = 5,
    Skip = 6,

    /// <summary>The dead letter of the delivery was redriven: its event has another sequence.</summary>
    Redrive = 7,
    Hold = 8,
    Release = 9,
}

/// <summary>One attempt of one delivery, or something else that happened to the delivery.</summary>
/// <param name="Generation">0 in records of earlier versions of Herald, which did not store it.</param>
internal sealed record HistoryRecord(HistoryKind Kind, int Subscription, int Generation, long Sequence, long AtMs)
{
    private const byte LastWithoutGeneration = 3;

    /// <summary>The number of an attempt.</summary>
    public int Number { get; private init; }
    public TimeSpan Duration { get; private init; }

    /// <summary>The result of an attempt; null for all else.</summary>
    public AttemptResult? Result { get; private init; }
    public SkipKind Skip { get; private init; }

    /// <summary>The name of whoever ordered it; empty when it was not ordered.</summary>
    public string By { get; private init; } = "";

    /// <summary>The topic of a forward.</summary>
    public string ForwardedTo { get; private init; } = "";

    /// <summary>The sequence of the event of a redrive.</summary>
    public long Copy { get; private init; }

    /// <exception cref="InvalidDataException">The record is damaged.</exception>
    public static HistoryRecord Read(ref RecordReader reader)
    {
        var stored = reader.Byte();
        var isOld = stored <= LastWithoutGeneration;
        var kind = (HistoryKind)(isOld ? stored + LastWithoutGeneration : stored);
        var subscription = (int)reader.Number();
        var generation = isOld ? 0 : (int)reader.Number();
        var record = new HistoryRecord(kind, subscription, generation, reader.Number(), 0);
        switch (kind)
        {
            case HistoryKind.Delivered or HistoryKind.Attempt:
                return record.WithAttempt(ref reader);
            case HistoryKind.Skip:
                record = record with { Skip = (SkipKind)reader.Byte(), AtMs = reader.Number() };
                return isOld ? record : record with { By = reader.Text(), ForwardedTo = reader.Text() };
            case HistoryKind.Redrive:
                return record with { AtMs = reader.Number(), By = reader.Text(), Copy = reader.Number() };
            case HistoryKind.Hold or HistoryKind.Release:
                return record with { AtMs = reader.Number(), By = reader.Text() };
            default:
                throw new InvalidDataException($"A block of history has a record of the unknown kind {stored}.");
        }
    }

    private HistoryRecord WithAttempt(ref RecordReader reader)
    {
        var (number, at) = ((int)reader.Number(), reader.Number());
        var duration = TimeSpan.FromMicroseconds(reader.Number());
        int? status = (int)reader.Number() is var code and not 0 ? code : null;
        var result = Kind == HistoryKind.Delivered
            ? AttemptResult.Delivered with { StatusCode = status, Duration = duration }
            : new AttemptResult
            {
                Outcome = (AttemptOutcome)reader.Byte(),
                Stage = (AttemptStage)reader.Byte(),
                Reason = reader.Text(),
                Answer = reader.Text(),
                StatusCode = status,
                Duration = duration,
            };
        return this with { Number = number, AtMs = at, Duration = duration, Result = result };
    }
}
