using System.Security.Cryptography;

namespace Herald.Orders.Registrations;

/// <summary>Creates a signing key that no earlier handler has seen.</summary>
internal static class OwnSecret
{
    private const int Bytes = 32;

    public static ReadOnlyMemory<byte> Draw() => RandomNumberGenerator.GetBytes(Bytes);
}
