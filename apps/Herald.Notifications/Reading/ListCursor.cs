using System.Buffers.Binary;
using System.Buffers.Text;

namespace Herald.Notifications.Reading;

/// <summary>A place in the list of all rows, which goes by accepted time, shard and row. It is stable, because rows never move.</summary>
internal readonly record struct ListCursor(long AcceptedMs, int Shard, long Row) : IComparable<ListCursor>
{
    private const int Length = 8 + 4 + 8;

    public int CompareTo(ListCursor other) => AcceptedMs != other.AcceptedMs ? AcceptedMs.CompareTo(other.AcceptedMs)
        : Shard != other.Shard ? Shard.CompareTo(other.Shard) : Row.CompareTo(other.Row);

    public string ToText()
    {
        Span<byte> bytes = stackalloc byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, AcceptedMs);
        BinaryPrimitives.WriteInt32BigEndian(bytes[8..], Shard);
        BinaryPrimitives.WriteInt64BigEndian(bytes[12..], Row);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Null when the text is no cursor.</summary>
    public static ListCursor? Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[Length + 1];
        return Base64Url.IsValid(text, out var length) && length == Length && Base64Url.TryDecodeFromChars(text, bytes, out _)
            ? new ListCursor(
                BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt32BigEndian(bytes[8..]),
                BinaryPrimitives.ReadInt64BigEndian(bytes[12..]))
            : null;
    }
}
