using Herald.Alarms.Messages;
using Herald.Alarms.Records;
using Herald.Engine.Basics;

namespace Herald.Alarms.Users;

/// <summary>Encodes and decodes a user's record.</summary>
/// <remarks>
/// Format 1: the format, the period in which the user was last heard, the number of alarms, and the alarms in the order of their ids. An
/// alarm is one byte with status (2 bits), due (1) and the form of the time (4); then the digits of the fraction, the seconds, the
/// nanoseconds, the minutes of the offset, how long before the user it was last heard, and the id with its length in front. Numbers have
/// seven bits per byte, the lowest first; numbers that can be negative are zigzag-encoded.
/// </remarks>
internal static class UserCodec
{
    private const byte Format = 1;
    private const int DueBit = 1 << 2, FormShift = 3;

    public static void Encode(UserAlarms user, ByteWriter into)
    {
        into.Byte(Format);
        into.Number(user.Heard);
        into.Number(user.Count);
        foreach (ref readonly var alarm in user.Alarms)
        {
            var time = alarm.ChangedAt;
            into.Byte((byte)((int)alarm.Status | (alarm.IsDue ? DueBit : 0) | ((int)time.Form << FormShift)));
            into.Byte(time.Digits);
            into.Signed(time.Seconds);
            into.Number(time.Nanoseconds);
            into.Signed(time.OffsetMinutes);
            into.Number(user.Heard - alarm.Heard);
            into.Byte((byte)alarm.Id.Length);
            into.Bytes(alarm.Id.Span);
        }
    }

    /// <param name="into">Its ids point into the record, which must not change.</param>
    /// <exception cref="InvalidDataException">The record is damaged, or of another version.</exception>
    public static void Decode(ReadOnlySpan<byte> name, ReadOnlyMemory<byte> record, UserAlarms into)
    {
        try
        {
            Decode(record, into);
        }
        catch (InvalidDataException damage)
        {
            throw new InvalidDataException($"The stored alarms of user '{Printable.Of(name)}' cannot be read: {damage.Message}.", damage);
        }
    }

    private static void Decode(ReadOnlyMemory<byte> record, UserAlarms into)
    {
        var reader = new ByteReader(record.Span);
        if (reader.Byte() is not Format and var format)
            throw new InvalidDataException($"the record has format {format}, but this program reads format {Format}");
        into.Fill(reader.Number());
        var last = ReadOnlySpan<byte>.Empty;
        for (var left = reader.Number(); left > 0; left--)
        {
            var alarm = ReadAlarm(ref reader, record, into.Heard);
            if (alarm.Id.Span.SequenceCompareTo(last) <= 0)
                throw new InvalidDataException($"the alarm before byte {reader.Position} is not in order");
            last = alarm.Id.Span;
            into.Add(alarm);
        }
        if (!reader.AtEnd)
            throw new InvalidDataException($"the record has more bytes after its end at byte {reader.Position}");
    }

    private static AlarmEntry ReadAlarm(ref ByteReader reader, ReadOnlyMemory<byte> record, long userHeard)
    {
        var bits = reader.Byte();
        var digits = reader.Byte();
        var (seconds, nanoseconds, offset) = (reader.Signed(), reader.Number(), reader.Signed());
        var heard = userHeard - reader.Number();
        int length = reader.Byte();
        reader.Bytes(length);
        var time = new ChangedAt(
            seconds, (int)Math.Min(nanoseconds, int.MaxValue), (short)Math.Clamp(offset, short.MinValue, short.MaxValue), digits,
            (TimeForm)(bits >> FormShift));
        var status = (AlarmStatus)(bits & (DueBit - 1));
        if (status > AlarmStatus.Critical || !time.IsPossible || heard < 0)
            throw new InvalidDataException($"the alarm before byte {reader.Position} has impossible values");
        return new AlarmEntry
        {
            Id = record.Slice(reader.Position - length, length),
            Status = status,
            ChangedAt = time,
            IsDue = (bits & DueBit) != 0,
            Heard = heard,
        };
    }
}
