using System.Security.Cryptography;

namespace Herald.Orders.Registrations;

/// <summary>A signing key that nobody has had before.</summary>
internal static class OwnSecret
{
    private const int Bytes = 32;

    public static ReadOnlyMemory<byte> Draw() => RandomNumberGenerator.GetBytes(Bytes);
}
