using Herald.Hosting.Text;

namespace Herald.Email.Smtp;

/// <summary>A file with a password or a token.</summary>
internal static class SecretFile
{
    /// <exception cref="InvalidDataException">It cannot be read, or it is empty. The message names it.</exception>
    public static string Read(string file)
    {
        try
        {
            // A login without a password can lock an account.
            return File.ReadAllText(file).Trim() is { Length: > 0 } secret
                ? secret
                : throw new InvalidDataException($"The file '{file}' is empty. Write the secret into it.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InvalidDataException($"The file '{file}' cannot be read: {FileReason.Of(failure)}.", failure);
        }
    }
}
