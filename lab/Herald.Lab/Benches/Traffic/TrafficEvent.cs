using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Herald.Lab.Benches.Load;

namespace Herald.Lab.Benches.Traffic;

/// <summary>
/// An event of a run. The payload contains everything that the receiver needs, in digits at fixed positions. So the receiver does not rely
/// on Herald's headers and needs no parser.
/// </summary>
/// <param name="Run">0 to 9,999. Ids of different runs differ.</param>
/// <param name="Key">0 to 999,999.</param>
/// <param name="Number">The number within the key: 1, 2, 3 …</param>
/// <param name="Due">The scheduled time of publication, on the clock that all processes of a machine share.</param>
internal readonly record struct TrafficEvent(int Run, int Key, long Number, long Due)
{
    public const int PayloadBytes = PublishShape.PayloadBytes;
    private const string RunPlace = "RRRR", KeyPlace = "KKKKKK", NumberPlace = "NNNNNNNNNN", DuePlace = "DDDDDDDDDDDDDDDDDDD",
        TypePlace = "TTTTTT";
    private const string PayloadBegins =
        $"{{\"run\":\"{RunPlace}\",\"key\":\"{KeyPlace}\",\"number\":\"{NumberPlace}\",\"due\":\"{DuePlace}\",\"data\":\"";
    private const string PayloadEnds = "\"}";
    private const string EnvelopeBegins =
        $"{{\"id\":\"{RunPlace}-{KeyPlace}-{NumberPlace}\",\"key\":\"{KeyPlace}\",\"type\":\"{TypePlace}\",\"payload\":";
    private const string EnvelopeEnds = "}\n";
    private static readonly byte[] Payload = Encoding.ASCII.GetBytes(
        PayloadBegins.PadRight(PayloadBytes - PayloadEnds.Length, 'x') + PayloadEnds);
    private static readonly byte[] EnvelopeStart = Encoding.ASCII.GetBytes(EnvelopeBegins);
    private static readonly byte[] EnvelopeEnd = Encoding.ASCII.GetBytes(EnvelopeEnds);
    private static readonly int KeyAt = Place(PayloadBegins, KeyPlace), NumberAt = Place(PayloadBegins, NumberPlace);
    private static readonly int RunAt = Place(PayloadBegins, RunPlace), DueAt = Place(PayloadBegins, DuePlace);
    private static readonly int IdRunAt = Place(EnvelopeBegins, RunPlace), IdKeyAt = Place(EnvelopeBegins, KeyPlace),
        IdNumberAt = Place(EnvelopeBegins, NumberPlace);
    private static readonly int KeyNameAt = EnvelopeBegins.LastIndexOf(KeyPlace, StringComparison.Ordinal),
        TypeAt = Place(EnvelopeBegins, TypePlace);

    /// <summary>The length of an event as a line of a publish request.</summary>
    public static int EnvelopeBytes { get; } = EnvelopeStart.Length + PayloadBytes + EnvelopeEnd.Length;

    /// <summary>The type as a filter names it.</summary>
    public static string TypeName(int type) => type.ToString(new string('0', TypePlace.Length), CultureInfo.InvariantCulture);

    public void WritePayload(Span<byte> into)
    {
        Payload.CopyTo(into);
        Write(into, RunAt, RunPlace.Length, Run);
        Write(into, KeyAt, KeyPlace.Length, Key);
        Write(into, NumberAt, NumberPlace.Length, Number);
        Write(into, DueAt, DuePlace.Length, Due);
    }

    /// <param name="types">The number of types. Keys have them in turn, and a key always has the same type.</param>
    public void WriteEnvelope(Span<byte> into, int types)
    {
        EnvelopeStart.CopyTo(into);
        Write(into, IdRunAt, RunPlace.Length, Run);
        Write(into, IdKeyAt, KeyPlace.Length, Key);
        Write(into, IdNumberAt, NumberPlace.Length, Number);
        Write(into, KeyNameAt, KeyPlace.Length, Key);
        Write(into, TypeAt, TypePlace.Length, Key % types);
        WritePayload(into[EnvelopeStart.Length..]);
        EnvelopeEnd.CopyTo(into[(EnvelopeStart.Length + PayloadBytes)..]);
    }

    /// <summary>Copies the payload out of an envelope.</summary>
    public static byte[] PayloadOf(ReadOnlySequence<byte> envelope) => envelope.Slice(EnvelopeStart.Length, PayloadBytes).ToArray();

    /// <summary>Reads the key without checking the rest of the payload.</summary>
    public static int KeyOf(ReadOnlySpan<byte> payload) =>
        TryRead(payload, KeyAt, KeyPlace.Length, out var key) ? (int)key : throw new FormatException("The payload has no key.");

    /// <exception cref="FormatException">A byte of the payload differs from what was written.</exception>
    public static TrafficEvent Parse(ReadOnlySpan<byte> payload)
    {
        if (payload.Length == PayloadBytes
            && TryRead(payload, RunAt, RunPlace.Length, out var run) && TryRead(payload, KeyAt, KeyPlace.Length, out var key)
            && TryRead(payload, NumberAt, NumberPlace.Length, out var number) && TryRead(payload, DueAt, DuePlace.Length, out var due))
        {
            var read = new TrafficEvent((int)run, (int)key, number, due);
            Span<byte> written = stackalloc byte[PayloadBytes];
            read.WritePayload(written);
            if (payload.SequenceEqual(written))
                return read;
        }
        throw new FormatException("The payload differs from the published one.");
    }

    private static int Place(string template, string place) => template.IndexOf(place, StringComparison.Ordinal);

    private static void Write(Span<byte> into, int at, int digits, long value) =>
        Utf8Formatter.TryFormat(value, into.Slice(at, digits), out _, new StandardFormat('D', (byte)digits));

    private static bool TryRead(ReadOnlySpan<byte> from, int at, int digits, out long value) =>
        Utf8Parser.TryParse(from.Slice(at, digits), out value, out var read) && read == digits;
}
