using System.Net;
using System.Net.Security;

namespace Herald.Channels.Webhooks;

/// <summary>Options for the webhooks of all subscriptions. The options of one subscription are in its limits.</summary>
public sealed record WebhookOptions
{
    public static readonly WebhookOptions Default = new();

    /// <summary>
    /// Refuses endpoints whose address is not on the public internet: private, loopback, link-local, metadata services … Default on.
    /// Otherwise every caller that can create a subscription could make this server call any address that it can reach.
    /// </summary>
    public bool GuardAddresses { get; init; } = true;

    /// <summary>
    /// Networks that the guard allows although they are not public, as CIDR (<c>10.20.0.0/16</c>, <c>fd00::/8</c>). Default none.
    /// </summary>
    public IReadOnlyList<string>? AllowedNetworks { get; init; }

    /// <summary>
    /// An HTTP proxy for all webhooks, without credentials. Default none; the environment's proxy variables are not read. The proxy
    /// resolves names, so it must guard addresses too: Herald can then check only addresses that are written in the URL.
    /// </summary>
    public Uri? Proxy { get; init; }

    /// <summary>The maximum of <c>Retry-After</c>; longer values are reduced to it. 1 s to 24 h, default 1 h.</summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>An unused connection is closed after this time. 1 s to 1 h, default 1 min.</summary>
    public TimeSpan IdleConnectionLifetime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A connection is replaced after this time, so that changes in DNS take effect. 1 s to 24 h, default 5 min.</summary>
    public TimeSpan ConnectionLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Bytes of an answer after its first 4 KiB that are read so that the connection can be reused. If there are more, the connection is
    /// closed. 0 to 16 MiB, default 64 KiB.
    /// </summary>
    public int MaxDrainBytes { get; init; } = 64 * 1024;

    /// <summary>
    /// How long one address of a host with several is tried before the next. 100 ms to 1 min, default 3 s. The last address can use the
    /// rest of the attempt's time-out.
    /// </summary>
    public TimeSpan AddressPatience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Hooks for tests: how names are resolved, on a thread that can block, and which certificates are accepted.</summary>
    internal Func<string, IPAddress[]> Resolve { get; init; } = Dns.GetHostAddresses;
    internal RemoteCertificateValidationCallback? AcceptCertificate { get; init; }

    /// <summary>All errors, each with the setting and its value; empty when there are none.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        CheckRange(nameof(MaxRetryAfter), MaxRetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromHours(24));
        CheckRange(nameof(IdleConnectionLifetime), IdleConnectionLifetime, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        CheckRange(nameof(ConnectionLifetime), ConnectionLifetime, TimeSpan.FromSeconds(1), TimeSpan.FromHours(24));
        CheckRange(nameof(AddressPatience), AddressPatience, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        CheckRange(nameof(MaxDrainBytes), MaxDrainBytes, 0, 16 * 1024 * 1024);
        foreach (var network in AllowedNetworks ?? [])
        {
            if (!IsNetwork(network))
                errors.Add($"{nameof(AllowedNetworks)}: '{network}' is not a network; write it like 10.20.0.0/16, with only zero bits after the prefix");
        }
        if (Proxy is { } proxy && (!proxy.IsAbsoluteUri || proxy.Scheme != Uri.UriSchemeHttp || proxy.UserInfo.Length > 0))
            errors.Add($"{nameof(Proxy)}: must be an absolute http:// URL without credentials");
        return errors;

        // Parsing drops bits after the prefix. 10.0.0.1/8 would allow far more than its author can have meant.
        static bool IsNetwork(string text) =>
            IPNetwork.TryParse(text, out var network) && network.BaseAddress.Equals(IPAddress.Parse(text.AsSpan(0, text.IndexOf('/', StringComparison.Ordinal))));

        void CheckRange<T>(string setting, T value, T min, T max)
            where T : IComparable<T>
        {
            if (value.CompareTo(min) < 0 || value.CompareTo(max) > 0)
                errors.Add($"{setting}: {value} is not between {min} and {max}");
        }
    }
}
