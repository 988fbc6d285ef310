namespace Herald.Posts.Requests;

/// <summary>Which addresses a provider can have.</summary>
internal static class AddressRules
{
    private const int Longest = 2048;
    private const string Form = "Write an address with https:// or http:// and a host, for example https://example.com/messages.";

    /// <param name="isPrivate">The provider is on a network of the operator.</param>
    /// <returns>What is allowed, when the address is not; otherwise null. It never shows the address, which can be a secret.</returns>
    public static string? Refuse(string address, bool isPrivate) =>
        !Uri.TryCreate(address, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp)
            || url.Host.Length == 0 ? $"It is no such address. {Form}"
        : address.Length > Longest ? $"It has {address.Length:N0} characters; at most {Longest:N0} are allowed."
        : url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback && !isPrivate
            ? "With http:// everybody on the way reads texts and secrets. Write https://, or set privateNetwork of the provider to true."
        : url.UserInfo.Length > 0 ? "It contains a user or a password. Use basic, or a header."
        : url.Fragment.Length > 0 ? "It has a part behind #, which is never sent. Remove it."
        : address.AsSpan().ContainsAny('{', '}') ? "It contains a brace. Write it as %7B or %7D."
        : null;
}
