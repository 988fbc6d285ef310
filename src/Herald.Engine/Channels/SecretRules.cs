namespace Herald.Engine.Channels;

/// <summary>The secrets that a channel needs for its endpoints, one for each.</summary>
/// <param name="Shortest">In bytes.</param>
/// <param name="Rule">A sentence that says what is allowed. It never shows a secret.</param>
/// <param name="Draw">Makes a secret for an endpoint without one; null when only a caller can know it, such as a password.</param>
public sealed record SecretRules(int Shortest, int Longest, string Rule, Func<byte[]>? Draw)
{
    public bool Accepts(ReadOnlyMemory<byte> secret) => secret.Length >= Shortest && secret.Length <= Longest;
}
