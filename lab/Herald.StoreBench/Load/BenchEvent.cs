using System.Globalization;
using Herald.Engine.Events;

namespace Herald.StoreBench.Load;

/// <summary>
/// One writer's events, made one after another in the same buffers. The writer and the number determine all of an event, so that a
/// reader can check it.
/// </summary>
/// <remarks>A writer has keys of its own. So the order within a key is the order in which that writer has sent.</remarks>
internal sealed class BenchEvent
{
    public const int KeysOfWriter = 16, PayloadBytes = 330;

    private const int NumberAt = 11, WriterAt = 4, WriterDigits = 4, NumberDigits = 16, FillerBytes = 1 << 20;
    private const string Head = "{\"number\":\"", Middle = "\",\"text\":\"", Tail = "\"}";
    private static readonly byte[] Filler = MakeFiller();

    private readonly byte[] _id = "evt-0000-0000000000000000"u8.ToArray(), _key = "customer-0000-00"u8.ToArray();
    private readonly byte[] _payload = new byte[PayloadBytes];
    private readonly int _writer;

    public BenchEvent(int writer)
    {
        _writer = writer;
        Write(writer, _id.AsSpan(WriterAt, WriterDigits));
        Write(writer, _key.AsSpan(9, WriterDigits));
        Put(Head, 0);
        Put(Middle, NumberAt + NumberDigits);
        Put(Tail, PayloadBytes - Tail.Length);
    }

    /// <summary>Makes the event with this number, from 0 on.</summary>
    public EventDraft Draft(long number)
    {
        Write(number, _id.AsSpan(WriterAt + WriterDigits + 1, NumberDigits));
        Write(KeyOf(number), _key.AsSpan(14, 2));
        Write(number, _payload.AsSpan(NumberAt, NumberDigits));
        var text = _payload.AsSpan(NumberAt + NumberDigits + Middle.Length)[..^Tail.Length];
        var from = (int)(((number * 331) + (_writer * 7919)) % (Filler.Length - text.Length));
        Filler.AsSpan(from, text.Length).CopyTo(text);
        return new EventDraft { Id = _id, HasId = true, Key = _key, HasKey = true, Payload = _payload };
    }

    /// <summary>Which of its keys the writer uses for this number.</summary>
    public static int KeyOf(long number) => (int)(number % KeysOfWriter);

    /// <summary>Reads writer and number from an id. Returns null when it is no id of this bench.</summary>
    public static (int Writer, long Number)? Parse(ReadOnlySpan<byte> id)
    {
        const int Length = WriterAt + WriterDigits + 1 + NumberDigits;
        return id.Length == Length
            && int.TryParse(id.Slice(WriterAt, WriterDigits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var writer)
            && long.TryParse(id[^NumberDigits..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            ? (writer, number)
            : null;
    }

    private static void Write(long value, Span<byte> into)
    {
        for (var i = into.Length - 1; i >= 0; i--, value >>= 4)
            into[i] = "0123456789abcdef"u8[(int)(value & 15)];
    }

    private void Put(string text, int at) => System.Text.Encoding.ASCII.GetBytes(text, _payload.AsSpan(at));

    /// <summary>Text without repetitions, so that no store gains by compression.</summary>
    private static byte[] MakeFiller()
    {
#pragma warning disable CA5394 // The text is no secret.
        var random = new Random(1);
        return random.GetItems("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"u8, FillerBytes);
#pragma warning restore CA5394
    }
}
