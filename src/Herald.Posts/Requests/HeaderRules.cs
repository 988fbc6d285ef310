using System.Buffers;

namespace Herald.Posts.Requests;

/// <summary>Which headers a definition can set.</summary>
internal static class HeaderRules
{
    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>Headers that the connection needs as they are.</summary>
    private static readonly string[] Reserved =
        ["Connection", "Content-Length", "Expect", "Host", "Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "User-Agent"];

    /// <returns>What is allowed, when the name is not; otherwise null.</returns>
    public static string? Refuse(string name) =>
        name.Length == 0 || name.AsSpan().ContainsAnyExcept(Token) ? "The name of a header has letters, digits and hyphens."
        : Reserved.Contains(name, StringComparer.OrdinalIgnoreCase) ? "Herald sets this header itself. Remove it."
        : null;

    public static bool IsContentType(string name) => name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase);
}
