using System.Text;
using Herald.Hosting;
using Herald.Hosting.Text;

namespace Herald.Server.Security;

/// <summary>The bearer token, one line in a file, so that it appears in no command line and no environment.</summary>
internal static class TokenFile
{
    private const int Shortest = 16, Longest = 256;

    /// <exception cref="ServerStartException">
    /// The file cannot be read, or does not hold a token of the required length and characters.
    /// </exception>
    public static byte[] Read(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServerStartException(
                $"tokenFile = '{path}': the file cannot be read ({FileReason.Of(e)}). Write a token into it, "
                    + $"for example: openssl rand -hex 32 > {path}");
        }
        if (text.Length is < Shortest or > Longest || text.Any(c => c is <= ' ' or > '~'))
            throw new ServerStartException(
                $"tokenFile = '{path}': a token has {Shortest} to {Longest} printable ASCII characters without spaces, "
                    + $"for example: openssl rand -hex 32 > {path}");
        return Encoding.ASCII.GetBytes(text);
    }
}
