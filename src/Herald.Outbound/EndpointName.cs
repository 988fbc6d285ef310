namespace Herald.Outbound;

/// <summary>How messages name an address that Herald calls.</summary>
public static class EndpointName
{
    private const int Longest = 200;

    /// <summary>Host and port.</summary>
    public static string Of(Uri endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return $"{endpoint.IdnHost}:{endpoint.Port}";
    }

    /// <summary>
    /// The endpoint for people: credentials are masked, the query is left out because it can contain a token, and the rest is cut short.
    /// </summary>
    public static string Show(Uri endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        if (!endpoint.IsAbsoluteUri)
            return Cut(endpoint.OriginalString);
        var credentials = endpoint.UserInfo.Length > 0 ? "***@" : "";
        var port = endpoint.IsDefaultPort || endpoint.Port < 0 ? "" : $":{endpoint.Port}";
        return Cut($"{endpoint.Scheme}://{credentials}{endpoint.Host}{port}{endpoint.AbsolutePath}");
    }

    private static string Cut(string text) => text.Length <= Longest ? text : text[..Longest] + "…";
}
