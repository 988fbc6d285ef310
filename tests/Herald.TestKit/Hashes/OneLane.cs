namespace Herald.TestKit.Hashes;

/// <summary>
/// Keys that share one hash by chance, and so share a lane. They were found by trying some thousand million texts, which is only possible
/// with the secret.
/// </summary>
public static class OneLane
{
    /// <summary>The secret: the bytes 0 to 15.</summary>
    public static readonly UInt128 Secret = new(0x0F0E0D0C0B0A0908, 0x0706050403020100);

    /// <summary>The number of the topic in which the keys share a hash.</summary>
    public const int Topic = 1;

    public const string One = "kkpdepajmjjeooog", Other = "kpjbpkhakdheccoi";

    /// <summary>The first two keys share a hash. The last two share another one.</summary>
    public static readonly IReadOnlyList<string> Keys = [One, Other, "gljgkldbpkbnhdod", "ohfkgkphngplmhbe"];
}
