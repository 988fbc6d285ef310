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

    // The upper two bits of the first byte.
    private const int RedeliveryShift = 6;

    // A time and a duration after it can be shown.
    private const long LongestUs = 366L * 24 * 3600 * 1_000_000;
    private static readonly long EarliestMs = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long LatestMs = DateTimeOffset.MaxValue.AddDays(-366).ToUnixTimeMilliseconds();

    /// <summary>The number of an attempt.</summary>
    public int Number { get; private init; }

    /// <summary>What an attempt told the receiver.</summary>
    public Redelivery Redelivery { get; private init; }
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

    public static byte FirstByte(HistoryKind kind, Redelivery redelivery) => (byte)(((int)redelivery << RedeliveryShift) | (int)kind);

    /// <exception cref="InvalidDataException">The record is damaged.</exception>
    public static HistoryRecord Read(ref RecordReader reader)
    {
        var first = reader.Byte();
        var (redelivery, stored) = (Known<Redelivery>((byte)(first >> RedeliveryShift)), (byte)(first & ((1 << RedeliveryShift) - 1)));
        var isOld = stored <= LastWithoutGeneration;
        var kind = (HistoryKind)(isOld ? stored + LastWithoutGeneration : stored);
        var subscription = (int)reader.Number();
        var generation = isOld ? 0 : (int)reader.Number();
        var record = new HistoryRecord(kind, subscription, generation, reader.Number(), 0);
        switch (kind)
        {
            case HistoryKind.Delivered or HistoryKind.Attempt:
                return (record with { Redelivery = redelivery }).WithAttempt(ref reader);
            case HistoryKind.Skip:
                record = record with { Skip = Known<SkipKind>(reader.Byte()), AtMs = Time(ref reader) };
                return isOld ? record : record with { By = reader.Text(), ForwardedTo = reader.Text() };
            case HistoryKind.Redrive:
                return record with { AtMs = Time(ref reader), By = reader.Text(), Copy = reader.Number() };
            case HistoryKind.Hold or HistoryKind.Release:
                return record with { AtMs = Time(ref reader), By = reader.Text() };
            default:
                throw new InvalidDataException($"A block of history has a record of the unknown kind {stored}.");
        }
    }

    private HistoryRecord WithAttempt(ref RecordReader reader)
    {
        var (number, at) = ((int)reader.Number(), Time(ref reader));
        var duration = TimeSpan.FromMicroseconds(Within(ref reader, 0, LongestUs));
        int? status = (int)reader.Number() is var code and not 0 ? code : null;
        var result = Kind == HistoryKind.Delivered
            ? AttemptResult.Delivered with { StatusCode = status, Duration = duration }
            : new AttemptResult
            {
                Outcome = Known<AttemptOutcome>(reader.Byte()),
                Stage = Known<AttemptStage>(reader.Byte()),
                Reason = reader.Text(),
                Answer = reader.Text(),
                StatusCode = status,
                Duration = duration,
            };
        return this with { Number = number, AtMs = at, Duration = duration, Result = result };
    }

    private static long Time(ref RecordReader reader) => Within(ref reader, EarliestMs, LatestMs);

    private static long Within(ref RecordReader reader, long least, long most) =>
        reader.Number() is var number && number >= least && number <= most
            ? number
            : throw new InvalidDataException($"A block of history has the number {number}, which is not from {least} to {most}.");

    private static T Known<T>(byte stored) where T : struct, Enum =>
        Enum.IsDefined((T)Enum.ToObject(typeof(T), stored))
            ? (T)Enum.ToObject(typeof(T), stored)
            : throw new InvalidDataException($"A block of history has the unknown {typeof(T).Name} {stored}.");
}
