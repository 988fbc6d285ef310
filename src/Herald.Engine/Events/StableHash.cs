using System.IO.Hashing;
using System.Numerics;
using System.Text;

namespace Herald.Engine.Events;

/// <summary>
/// The hash that places events into shards. It is part of the file format: the same bytes and seed give the same value on every machine and
/// in every version.
/// </summary>
/// <remarks>
/// The algorithm is the public 64-bit xxHash; the seed is drawn when a store is created. This hash may decide where something is stored,
/// never whether two things are the same: anybody can make different texts with one hash, whatever the seed. <see cref="IdentityHash"/> is
/// for the second purpose.
/// </remarks>
public static class StableHash
{
    private const ulong P1 = 0x9E3779B185EBCA87, P2 = 0xC2B2AE3D27D4EB4F, P3 = 0x165667B19E3779F9, P4 = 0x85EBCA77C2B2AE63,
        P5 = 0x27D4EB2F165667C5;

    public static ulong Of(ReadOnlySpan<byte> bytes, ulong seed) => XxHash64.HashToUInt64(bytes, unchecked((long)seed));

    public static ulong Of(string text, ulong seed) => Of(Encoding.UTF8.GetBytes(text), seed);

    /// <summary>Combines two hashes into one that depends on both and on their order.</summary>
    public static ulong Mix(ulong first, ulong second) => Avalanche(Merge(first + P5, second));

    private static ulong Round(ulong lane, ulong input) => BitOperations.RotateLeft(lane + (input * P2), 31) * P1;

    private static ulong Merge(ulong hash, ulong lane) => ((hash ^ Round(0, lane)) * P1) + P4;

    private static ulong Avalanche(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * P2;
        hash = (hash ^ (hash >> 29)) * P3;
        return hash ^ (hash >> 32);
    }
}
