using System.Net;

namespace Herald.Webhooks;

/// <summary>Checks an endpoint without connecting to it.</summary>
internal static class EndpointRules
{
    private const int MaxLength = 2048;

    /// <param name="guard">Null when all addresses are allowed.</param>
    /// <returns>Why the endpoint is refused, or null.</returns>
    public static string? Refuse(Uri endpoint, AddressGuard? guard)
    {
        if (!endpoint.IsAbsoluteUri)
            return $"endpoint: '{Cut(endpoint.OriginalString)}' is not an absolute URL; write it with http:// or https:// and a host";
        if (endpoint.Scheme != Uri.UriSchemeHttp && endpoint.Scheme != Uri.UriSchemeHttps)
            return $"endpoint: the scheme of '{Shown(endpoint)}' is '{endpoint.Scheme}'; use http or https";
        if (endpoint.AbsoluteUri.Length > MaxLength)
            return $"endpoint: '{Shown(endpoint)}' has {endpoint.AbsoluteUri.Length} characters; use at most {MaxLength}";
        if (endpoint.Host.Length == 0)
            return $"endpoint: '{Shown(endpoint)}' has no host; add one";
        if (endpoint.Port == 0)
            return $"endpoint: '{Shown(endpoint)}' has port 0; use a port from 1 to 65535, or none";
        if (endpoint.UserInfo.Length > 0)
            return $"endpoint: '{Shown(endpoint)}' contains credentials; remove them. Receivers recognize Herald by its signature";
        if (endpoint.Fragment.Length > 0)
            return $"endpoint: '{Shown(endpoint)}' has a fragment ('#…'), which is never sent; remove it";
        return guard is null ? null : RefuseAddress(endpoint, guard);
    }

    /// <summary>
    /// Checks an address that is written in the URL. <see cref="Uri"/> has already converted decimal, octal and hexadecimal spellings to
    /// one form.
    /// </summary>
    public static string? RefuseAddress(Uri endpoint, AddressGuard guard)
    {
        var host = endpoint.IdnHost.TrimEnd('.');
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase))
            host = IPAddress.Loopback.ToString();
        if (!IPAddress.TryParse(host, out var address) || guard.Refuse(address) is not { } what)
            return null;
        return $"endpoint: '{Shown(endpoint)}' is at {address}, which is {what}; use a public address, "
            + "or list its network in the server's setting webhooks.allowedNetworks";
    }

    /// <summary>
    /// The endpoint for people: credentials are masked, the query is left out because it can contain a token, and the rest is cut short.
    /// </summary>
    private static string Shown(Uri endpoint)
    {
        var credentials = endpoint.UserInfo.Length > 0 ? "***@" : "";
        var port = endpoint.IsDefaultPort || endpoint.Port < 0 ? "" : $":{endpoint.Port}";
        return Cut($"{endpoint.Scheme}://{credentials}{endpoint.Host}{port}{endpoint.AbsolutePath}");
    }

    private static string Cut(string text) => text.Length <= 200 ? text : text[..200] + "…";
}
