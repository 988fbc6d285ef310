using System.Security.Cryptography;
using Herald.Engine.Channels;

namespace Herald.Webhooks;

/// <summary>The secret of a webhook: the key that signs every request (Standard Webhooks).</summary>
internal static class SigningSecret
{
    private const int Shortest = 24, Longest = 64, Drawn = 32;

    public static readonly SecretRules Rules = new(
        Shortest, Longest, "A secret is 'whsec_' followed by 24 to 64 bytes in base64. Leave it out, and Herald generates one.",
        () => RandomNumberGenerator.GetBytes(Drawn));
}
