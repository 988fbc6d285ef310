namespace Herald.TestKit.Hashes;

/// <summary>
/// Keys that have one hash, by chance, and so share a lane: found by trying some thousand million texts, which takes to know the secret.
/// </summary>
public static class OneLane
{
    /// <summary>The bytes 0 to 15.</summary>
    public static readonly UInt128 Secret = new(0x0F0E0D0C0B0A0908, 0x0706050403020100);

    /// <summary>The keys have one hash in the topic with this number.</summary>
    public const int Topic = 1;

    public const string One = "kkpdepajmjjeooog", Other = "kpjbpkhakdheccoi";

    /// <summary>One and another, and two more that have another hash.</summary>
    public static readonly IReadOnlyList<string> Keys = [One, Other, "gljgkldbpkbnhdod", "ohfkgkphngplmhbe"];
}
