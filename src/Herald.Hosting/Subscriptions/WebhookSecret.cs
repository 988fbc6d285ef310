using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Herald.Hosting.Subscriptions;

/// <summary>Signing keys as people see them: <c>whsec_</c> and base64. Inside Herald they are raw bytes.</summary>
public static class WebhookSecret
{
    public const string Prefix = "whsec_";
    public const int MinBytes = 24;
    public const int MaxBytes = 64;
    private const int CreatedBytes = 32;

    public static byte[] Create(RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var secret = new byte[CreatedBytes];
        random.GetBytes(secret);
        return secret;
    }

    public static string Format(ReadOnlySpan<byte> secret) => Prefix + Convert.ToBase64String(secret);

    /// <exception cref="FormatException">The text is not a secret. The message says why without repeating the text.</exception>
    public static byte[] Parse(string text) => TryParse(text, out var secret, out var error) ? secret : throw new FormatException(error);

    /// <param name="error">
    /// What is wrong. It never contains the text, because even a wrong secret can be a secret of another system.
    /// </param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out byte[]? secret, [NotNullWhen(false)] out string? error)
    {
        secret = null;
        error = null;
        if (text is null || !text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            error = $"secret: must begin with '{Prefix}', followed by {MinBytes} to {MaxBytes} bytes in base64";
            return false;
        }

        var digits = text.AsSpan(Prefix.Length);
        var buffer = new byte[digits.Length];
        if (digits.ContainsAny(" \t\r\n") || !Convert.TryFromBase64Chars(digits, buffer, out var length))
        {
            error = $"secret: what follows '{Prefix}' is not base64 (A–Z a–z 0–9 + /, padded with =)";
            return false;
        }
        if (length is < MinBytes or > MaxBytes)
        {
            error = $"secret: holds {length} bytes, must hold {MinBytes} to {MaxBytes}";
            return false;
        }

        secret = buffer.AsSpan(0, length).ToArray();
        return true;
    }
}
