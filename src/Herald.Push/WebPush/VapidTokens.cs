using Herald.Messages;
using Herald.Push.Keys;

namespace Herald.Push.WebPush;

/// <summary>The signed tokens by which one sender shows itself to push services, one for each service.</summary>
internal sealed class VapidTokens(KeptFile<VapidKeys> file, string subject, TimeProvider time)
{
    /// <summary>Services accept at most 24 hours.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    private static readonly TimeSpan UsedFor = TimeSpan.FromHours(6);

    /// <summary>A token that is refused so soon after it was made is not refused because of its age.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    /// <summary>Recipients choose their services. More than these are not remembered.</summary>
    private const int MostServices = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Token> _tokens = new(StringComparer.Ordinal);

    /// <summary>The value of <c>Authorization</c> for the service of an address.</summary>
    public string For(Uri endpoint)
    {
        var keys = file.Current;
        var audience = AudienceOf(endpoint);
        lock (_gate)
        {
            if (_tokens.TryGetValue(audience, out var token) && token.Keys == keys && Age(token) < UsedFor)
                return token.Header;
            if (_tokens.Count >= MostServices)
                _tokens.Clear();
            return (_tokens[audience] = Sign(keys, audience)).Header;
        }
    }

    /// <summary>A service has refused a token. The key is read again.</summary>
    /// <returns>Whether <see cref="For"/> gives another token now.</returns>
    public async ValueTask<bool> RenewAsync(Uri endpoint, string refused, CancellationToken cancel)
    {
        var keys = await file.RereadAsync(cancel).ConfigureAwait(false);
        lock (_gate)
        {
            var audience = AudienceOf(endpoint);
            if (!_tokens.TryGetValue(audience, out var token) || token.Header != refused || token.Keys != keys)
                return true;
            return Age(token) >= Fresh && _tokens.Remove(audience);
        }
    }

    /// <summary>The origin (RFC 6454) of the service, with its port when this is not the usual one.</summary>
    internal static string AudienceOf(Uri endpoint)
    {
        var host = endpoint.HostNameType == UriHostNameType.IPv6 ? endpoint.Host : endpoint.IdnHost;
        return $"{endpoint.Scheme}://{host}{(endpoint.IsDefaultPort ? "" : $":{endpoint.Port}")}";
    }

    private Token Sign(VapidKeys keys, string audience)
    {
        var expires = (time.GetUtcNow() + Lifetime).ToUnixTimeSeconds();
        var signed = Jwt.WithEs256(keys.Key, null, claims =>
        {
            claims.WriteString("aud", audience);
            claims.WriteNumber("exp", expires);
            claims.WriteString("sub", subject);
        });
        return new(keys, $"vapid t={signed}, k={keys.PublicText}", time.GetTimestamp(), expires);
    }

    /// <summary>A clock that was set forward ages a token too, because the service looks at its own clock.</summary>
    private TimeSpan Age(Token token)
    {
        var passed = time.GetElapsedTime(token.Made);
        var shown = Lifetime - (DateTimeOffset.FromUnixTimeSeconds(token.Expires) - time.GetUtcNow());
        return passed > shown ? passed : shown;
    }

    private sealed record Token(VapidKeys Keys, string Header, long Made, long Expires);
}
