using Herald.Outbound;

namespace Herald.Webhooks;

/// <summary>Checks an endpoint without connecting to it.</summary>
internal static class EndpointRules
{
    private const int MaxLength = 2048;

    /// <returns>Why the endpoint is refused, or null.</returns>
    public static string? Refuse(Uri endpoint, AddressGuard guard)
    {
        var shown = EndpointName.Show(endpoint);
        if (!endpoint.IsAbsoluteUri)
            return $"endpoint: '{shown}' is not an absolute URL; write it with http:// or https:// and a host";
        if (endpoint.Scheme != Uri.UriSchemeHttp && endpoint.Scheme != Uri.UriSchemeHttps)
            return $"endpoint: the scheme of '{shown}' is '{endpoint.Scheme}'; use http or https";
        if (endpoint.AbsoluteUri.Length > MaxLength)
            return $"endpoint: '{shown}' has {endpoint.AbsoluteUri.Length} characters; use at most {MaxLength}";
        if (endpoint.Host.Length == 0)
            return $"endpoint: '{shown}' has no host; add one";
        if (endpoint.Port == 0)
            return $"endpoint: '{shown}' has port 0; use a port from 1 to 65535, or none";
        if (endpoint.UserInfo.Length > 0)
            return $"endpoint: '{shown}' contains credentials; remove them. Receivers recognize Herald by its signature";
        if (endpoint.Fragment.Length > 0)
            return $"endpoint: '{shown}' has a fragment ('#…'), which is never sent; remove it";
        return guard.Refuse(endpoint);
    }
}
