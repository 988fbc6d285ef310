using System.Text;
using Herald.Hosting.Text;

namespace Herald.Posts;

/// <summary>A file with a value of a provider, such as its token.</summary>
internal static class PostSecretFile
{
    private const int MostBytes = 64 << 10;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The text of a file, or why there is none.</summary>
    /// <param name="value">The name of the value.</param>
    public delegate (string? Text, string? Problem) Reading(string value, string file);

    public static (string? Text, string? Problem) Read(string value, string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var buffer = new byte[MostBytes + 1];
            var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return length <= MostBytes
                ? (Parse(buffer[..length]), null) : (null, "The file is longer than 64 KiB, so it has no such value.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException)
        {
            return (null, $"The file cannot be read: {(e is InvalidDataException ? e.Message : FileReason.Of(e))}.");
        }
    }

    /// <exception cref="InvalidDataException">It is not UTF-8.</exception>
    public static string Parse(byte[] content)
    {
        try
        {
            // Editors end a file with a line break.
            return Strict.GetString(content).Trim();
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException("It is not UTF-8.", e);
        }
    }
}
