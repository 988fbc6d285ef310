using Herald.Engine.Events;

namespace Herald.Notifications.Statuses;

/// <summary>
/// The 29 bits of a keyed hash by which tables find a uuid or a recipient: 6 choose the part, 7 the bucket in it, 16 are compared. Without
/// the key, a caller cannot choose uuids that all fall into one bucket. 0 stands for nothing.
/// </summary>
internal static class Tag
{
    public const int Parts = 64, Buckets = 128;

    public static uint OfUuid(Guid uuid, UInt128 seed)
    {
        Span<byte> bytes = stackalloc byte[16];
        uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        return OfHash(SipHash.Of(bytes, seed));
    }

    public static uint OfHash(ulong hash) => Math.Max(1, (uint)(hash >> 32));

    public static int PartOf(uint tag) => (int)(tag >> 26);

    public static int BucketOf(uint tag) => (int)((tag >> 19) & (Buckets - 1));

    public static ushort FingerprintOf(uint tag) => (ushort)(tag >> 3);
}
