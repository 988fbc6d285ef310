using System.Buffers.Text;

namespace Herald.Orders.Readers;

/// <summary>Uuids as in messages: as text in any letter case, or as 16 bytes in the order of the text.</summary>
internal static class Uuid
{
    public const int TextLength = 36, RawLength = 16;
    public const string Rule =
        "A uuid is written with 32 hexadecimal digits and four hyphens, for example 3f0c8e0a-5b7e-4d3c-9d54-0a6f7a1c2b3d.";
    public const string RawRule = "Write a uuid as 36 characters or as 16 bytes.";

    public static bool TryParse(ReadOnlySpan<byte> text, out Guid uuid) =>
        Utf8Parser.TryParse(text, out uuid, out var used, 'D') && used == text.Length && used == TextLength;

    public static bool TryParse(string? text, out Guid uuid) => Guid.TryParseExact(text, "D", out uuid) && text!.Length == TextLength;

    public static bool TryRead(ReadOnlySpan<byte> textOrRaw, out Guid uuid)
    {
        if (textOrRaw.Length != RawLength)
            return TryParse(textOrRaw, out uuid);
        uuid = new Guid(textOrRaw, bigEndian: true);
        return true;
    }

    /// <summary>Writes the uuid in lower case.</summary>
    public static ReadOnlySpan<byte> Write(Guid uuid, byte[] into)
    {
        _ = uuid.TryFormat(into, out var length, "D");
        return into.AsSpan(0, length);
    }
}
