using System.Net;
using System.Net.Security;

namespace Herald.Channels.Webhooks;

/// <summary>How webhooks are sent, for all subscriptions. What one subscription wants is in its limits.</summary>
public sealed record WebhookOptions
{
    public static readonly WebhookOptions Default = new();

    /// <summary>
    /// Refuse endpoints whose address is not on the public internet: private, loopback, link-local, metadata services … Default on.
    /// Whoever may create a subscription could otherwise make this server call anything it can reach.
    /// </summary>
    public bool GuardAddresses { get; init; } = true;

    /// <summary>Networks that the guard lets through all the same, as CIDR (<c>10.20.0.0/16</c>, <c>fd00::/8</c>). Default none.</summary>
    public IReadOnlyList<string>? AllowedNetworks { get; init; }

    /// <summary>
    /// An HTTP proxy for every webhook, without credentials. Default none; the environment's proxy variables are not read.
    /// The proxy then resolves names, so it must guard addresses too: here only addresses written in the URL can be judged.
    /// </summary>
    public Uri? Proxy { get; init; }

    /// <summary>A longer <c>Retry-After</c> counts as this. 1 s to 24 h, default 1 h.</summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A connection is closed after so long without use. 1 s to 1 h, default 1 min.</summary>
    public TimeSpan IdleConnectionLifetime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A connection is replaced after so long, so that changes of DNS are seen. 1 s to 24 h, default 5 min.</summary>
    public TimeSpan ConnectionLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>What of an answer past its first 4 KiB is read so that the connection can be used again; more closes it. 0 to 16 MiB, default 64 KiB.</summary>
    public int MaxDrainBytes { get; init; } = 64 * 1024;

    /// <summary>
    /// With several addresses for a host, how long one is tried before the next. 100 ms to 1 min, default 3 s. The last may use all
    /// that is left of the attempt's time-out.
    /// </summary>
    public TimeSpan AddressPatience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Seams for tests: how names are resolved, on a thread that may block, and which certificates are believed.</summary>
    internal Func<string, IPAddress[]> Resolve { get; init; } = Dns.GetHostAddresses;
    internal RemoteCertificateValidationCallback? AcceptCertificate { get; init; }

    /// <summary>Everything that is wrong, each naming the setting and its value; empty when nothing is.</summary>
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
                errors.Add($"{nameof(AllowedNetworks)}: '{network}' is not a network; write it like 10.20.0.0/16, with no bits set behind the prefix");
        }
        if (Proxy is { } proxy && (!proxy.IsAbsoluteUri || proxy.Scheme != Uri.UriSchemeHttp || proxy.UserInfo.Length > 0))
            errors.Add($"{nameof(Proxy)}: must be an absolute http:// URL without credentials");
        return errors;

        // Parsing drops bits behind the prefix: 10.0.0.1/8 would open far more than whoever wrote it may have meant.
        static bool IsNetwork(string text) =>
            IPNetwork.TryParse(text, out var network) && network.BaseAddress.Equals(IPAddress.Parse(text.AsSpan(0, text.IndexOf('/', StringComparison.Ordinal))));

        void CheckRange<T>(string setting, T value, T min, T max)
            where T : IComparable<T>
        {
            if (value.CompareTo(min) < 0 || value.CompareTo(max) > 0)
                errors.Add($"{setting}: {value} is not within {min} to {max}");
        }
    }
}
