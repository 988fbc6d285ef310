namespace Herald.Messages.Providers;

/// <summary>An endpoint that names a provider: <c>scheme://NAME[/to][?then=NAME]</c>.</summary>
/// <param name="To">The recipient of messages that name none; null when there is none.</param>
/// <param name="Then">The next provider, instead of the one of the provider's settings.</param>
public readonly record struct ProviderEndpoint(string Provider, string? To, string? Then)
{
    private const string ThenQuery = "?then=";
    private const int LongestShown = 200;

    public static ProviderEndpoint Of(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var to = Uri.UnescapeDataString(address.AbsolutePath.TrimStart('/'));
        var then = address.Query.StartsWith(ThenQuery, StringComparison.Ordinal) ? address.Query[ThenQuery.Length..] : null;
        return new(address.Host, to.Length == 0 ? null : to, then);
    }

    /// <summary>The error of an address, in one line; null when there is none.</summary>
    /// <param name="section">The section of the settings, such as <c>email</c>.</param>
    /// <param name="providers">The names of the providers.</param>
    /// <param name="refuseTo">What is wrong with a recipient of a provider, as a sentence; null when nothing is.</param>
    public static string? Refuse(
        Uri address, IReadOnlyList<string> schemes, string section, IEnumerable<string> providers, Func<string, string, string?> refuseTo)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(schemes);
        ArgumentNullException.ThrowIfNull(refuseTo);
        var form = $"write {schemes[0]}://PROVIDER, {schemes[0]}://PROVIDER/to or {schemes[0]}://PROVIDER?then=PROVIDER";
        if (!address.IsAbsoluteUri || !schemes.Contains(address.Scheme))
            return $"endpoint: '{Cut(address.OriginalString)}' is no {section} endpoint; {form}";
        if (address.UserInfo.Length > 0)
            return $"endpoint: '{address.Scheme}://***@{Cut(address.Host)}' has a part before @; {form}, with credentials in the settings";
        var isThen = address.Query.Length == 0 || address.Query.StartsWith(ThenQuery, StringComparison.Ordinal);
        if (address.Port > 0 || address.Fragment.Length > 0 || !isThen)
            return $"endpoint: '{Cut(address.OriginalString)}' has a part that is not allowed; {form}";
        var (provider, to, then) = Of(address);
        var all = providers.Order(StringComparer.Ordinal).ToList();
        foreach (var name in then is null ? [provider] : (string[])[provider, then])
        {
            if (!all.Contains(name, StringComparer.Ordinal))
                return $"endpoint: '{Cut(name)}' is not in {section}.providers, which has {string.Join(", ", all.DefaultIfEmpty("none"))}";
        }
        if (then == provider)
            return $"endpoint: '{Cut(address.OriginalString)}' names one provider twice; name another one after then=";
        return to is not null && refuseTo(provider, to) is { } problem ? $"endpoint: '{Cut(to)}': {Cut(problem)}" : null;
    }

    // The result is one line, whatever the address contains.
    private static string Cut(string text) => ProviderText.OneLine(text, LongestShown);
}
